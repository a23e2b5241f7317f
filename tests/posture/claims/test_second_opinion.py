"""Two methods that share nothing decide the same claims over the packs that ship, and agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from comity.adapters.claims import Provable
from comity.adapters.packs import pack_folders
from comity.adapters.stack_files import read_stack_file
from tests.placement.worlds import instant
from tests.posture.claims.z3_opinion import Opinion

WORLD = Path(__file__).with_name("world.yaml").read_text()
CLAIMS = (
    "never data:health subjects:EEA at jurisdiction:!EEA unless observed",
    "never data:health subjects:EEA at jurisdiction:!EEA",
    "never data:health subjects:EEA at jurisdiction:!EEA|eu.adequate|GB unless observed",
    "never data:personal subjects:IN compelled-by:US unless observed unless kind:eu.art28",
    "never data:personal subjects:IN compelled-by:US unless kind:eu.scc-m2",
    "never data:personal subjects:EEA compelled-by:US unless observed",
    "never data:personal subjects:EEA jurisdiction:US unless observed",
    "never data:personal subjects:EEA jurisdiction:US unless observed unless dpf:yes",
    "never data:personal controller:KE unless observed",
    "never data:special subjects:FR deployment:virginia-large unless observed",
    "never data:financial controller:EEA jurisdiction:IN unless assessed:eu.scc-m2 unless observed",
    "never data:financial controller:EEA jurisdiction:IN unless observed",
    "never data:criminal controller:EEA unless ground:eu.art10.official unless observed",
    "never data:health controller:EEA unless ground:eu.art9.health-care unless observed",
    "never data:health controller:AE jurisdiction:!AE unless observed",
    "never data:health controller:AE unless observed",
    "never data:!personal compelled-by:US unless observed",
    "never data:personal trains:yes controller:EEA unless own:yes unless observed",
    "never data:personal trains:yes controller:EEA unless own:yes unless kind:eu.art28|eu.scc-m2|eu.scc-m3 unless observed",
    "never controller:clinic site:pune data:personal unless observed",
    "never controller:bank site:pune data:personal unless observed",
    "never public:yes ground:eu.art6.legitimate data:personal jurisdiction:GB unless observed",
    "never app:triage compelled-by:US",
    "never app:triage jurisdiction:US",
    "never app:triage data:genetic jurisdiction:GB",
    "never app:triage subjects:KE",
    "never app:triage purpose:marketing subjects:IN jurisdiction:FR",
    "never app:floor jurisdiction:FR",
    "never app:credit control:GB",
    "never app:credit jurisdiction:IN",
    "never app:trial jurisdiction:US",
    "never app:trial jurisdiction:US unless observed",
    "always obliges notify.breach<=PT72H when data:personal controller:EEA unless observed",
    "always obliges notify.breach<=PT24H when data:personal controller:EEA unless observed",
    "always obliges assess=dpia when data:special controller:EEA unless observed",
    "always obliges assess=dpia when data:financial controller:EEA unless observed",
    "always obliges record when app:triage",
    "always at-least 2 independent-by operator|control|accelerator when app:triage",
    "always at-least 2 independent-by accelerator when app:triage",
    "always at-least 3 independent-by operator when app:triage",
    "always at-least 5 when app:triage",
    "always at-least 2 when app:triage adding subjects:EEA data:special",
    "always at-least 1 when app:triage adding subjects:KE",
    "always at-least 1 when app:credit adding subjects:EEA purpose:marketing",
    "always at-least 1 when app:floor",
)
SOME = tuple(CLAIMS[number] for number in (1, 21, 27, 31, 32, 33, 37, 40, 44))
"""Each form, held and broken, under the fewest bounds: z3 reads the law anew for each application that is bound."""

EXCUSED = "never app:trial jurisdiction:US unless observed"
"""It speaks of one application, and excuses it."""

DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def provable(tmp_path_factory) -> Provable:
    law = ", ".join(sorted(name for name in pack_folders() if not name.startswith("prudent.")))
    path = tmp_path_factory.mktemp("proofs") / "comity.yaml"
    path.write_text(WORLD.replace("law: []", f"law: [{law}]"))
    return Provable(read_stack_file(path, None, date(2026, 11, 23)))


def compared(provable: Provable, claims: Iterable[str]) -> Counter[tuple[bool, str]]:
    """How many claims of each form hold, or do not, by both methods alike."""
    now = instant(DAY)
    opinion = Opinion(provable.realm_at(now))
    counted: Counter[tuple[bool, str]] = Counter()
    for text in claims:
        claim = provable.read(text)
        proof = provable.prove(claim, now)
        assert proof.holds == opinion.holds(claim), text
        assert bool(proof.vacuous) == (text == EXCUSED), text
        counted[proof.holds, type(claim.says).__name__] += 1
    return counted


def test_both_say_the_same_of_some(provable) -> None:
    counted = compared(provable, SOME)
    assert len(counted) == 6  # each form of claim, held and broken


@pytest.mark.long
def test_both_say_the_same_of_all(provable) -> None:
    counted = compared(provable, CLAIMS)
    assert sum(number for (holds, _), number in counted.items() if holds) >= 10
    assert sum(number for (holds, _), number in counted.items() if not holds) >= 10
    assert len(counted) == 6
