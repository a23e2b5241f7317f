"""What a claim means: each line of the guide's tables, on a stack and a law small enough to be seen through."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from comity.adapters.claims import lexicon
from comity.adapters.packs import schema_text, vocabulary, zone
from comity.law.cedar import parse_rules
from comity.law.pack import read_pack
from comity.law.realm import Realm
from comity.posture.claims.decision import Disagreement
from comity.posture.claims.grammar import NoClaim, read_claim
from comity.posture.claims.proof import prove
from comity.posture.claims.reading import Unread
from comity.stack.jurisdictions import NAMES
from comity.stack.types import (
    Agreement,
    AnyOf,
    Application,
    Deployment,
    Gap,
    Gateway,
    Model,
    Observe,
    Party,
    Site,
    Stack,
)
from comity.terms.errors import Fault
from tests.law import toy
from tests.placement.worlds import instant

DAY = date(2026, 4, 1)
STACK = Stack(
    origin="example.org/toy",
    law=("toy",),
    parties={"agency": Party(seat="FR"), "ovale": Party(seat="FR"), "inc": Party(seat="US"),
             "eire": Party(seat="IE", controlled_by="inc")},
    agreements=(Agreement(("agency", "inc"), ("eu.art28",), until=date(2026, 5, 31)),),
    sites={"paris": Site("FR", "ovale"), "ohio": Site("US", "inc"), "cloud": Site(AnyOf(("DE", "US")), "eire")},
    models={"m": Model(developer="FR")},
    deployments={
        name: Deployment(model="m", site=name, url="https://one.example/v1") for name in ("paris", "ohio", "cloud")
    },
    applications={"desk": Application(controller="agency", purpose="general", data=("personal",), subjects=("FR",))},
    gateway=Gateway("paris"),
)  # fmt: skip


def packs(rules: str = "", coverage: str = ""):
    files = {**toy.FILES, "rules.cedar": rules or toy.RULES, "coverage.yaml": coverage or toy.COVERAGE}
    pack, problems = read_pack("toy", {name: text.encode() for name, text in files.items()}, parse_rules)
    assert pack is not None, problems
    return (pack,)


def proven(text: str, stack: Stack = STACK, day: date = DAY, rules: str = ""):
    loaded = packs(rules)
    claim = read_claim(text, lexicon(loaded, stack))

    def realm_at(at):
        return Realm(stack, loaded, vocabulary(), schema_text(), at, zone, DAY)

    return prove(claim, realm_at, instant(day))


def breaks(text: str, **more):
    found = proven(text, **more).broken
    assert found is not None, text
    return found


def test_the_smallest_case_says_what_the_claim_asks_and_no_more() -> None:
    found = breaks("never data:health at jurisdiction:US")
    assert found.deployment == "ohio"
    assert found.case.document() == {
        "operation": "infer", "controller": "agency", "purpose": "general", "data": ["health"], "subjects": [],
    }  # fmt: skip


def test_an_agreement_opens_a_place_until_it_ends() -> None:
    claim = "never data:personal subjects:FR deployment:ohio"
    assert breaks(claim).case.controller == "agency"
    assert proven(claim, day=date(2026, 6, 1)).holds
    assert proven(claim.replace("FR", "toyland") + " unless kind:eu.art28").holds


def test_a_dated_claim_is_decided_before_every_realm_ahead() -> None:
    claim = "never data:personal subjects:FR deployment:ohio from 2026-06-01"
    proof = proven(claim)
    assert not proof.holds  # the toy law ends on the last of June
    assert proof.since == instant(date(2026, 7, 1)) - 12 * 3_600_000
    until = proven(claim + " until 2026-06-30")
    assert until.holds
    assert until.realms == 1
    with pytest.raises(Fault, match="which is over"):
        proven("never data:personal until 2026-03-01")


def test_every_place_that_the_provider_may_choose_counts() -> None:
    assert breaks("never data:!personal deployment:cloud jurisdiction:US").place == "US"
    assert proven("never data:personal subjects:FR deployment:cloud").holds  # one of its places is forbidden


def test_the_gateway_is_a_place_if_the_stack_names_it() -> None:
    found = breaks("never data:!personal deployment:ohio jurisdiction:FR")
    assert found.gateway
    assert proven("never data:!personal deployment:ohio jurisdiction:FR", stack=replace(STACK, gateway=None)).vacuous


def test_a_gateway_in_a_forbidden_place_forbids_all() -> None:
    abroad = replace(STACK, gateway=Gateway("ohio"), agreements=())
    assert proven("never data:personal subjects:FR", stack=abroad).holds


def test_law_that_is_not_loaded_is_no_permission_unless_it_is_accepted() -> None:
    claim = "never data:personal subjects:KE"
    assert proven(claim).holds
    gap = Gap(jurisdiction="KE", data=("personal",), why="known", until=date(2026, 4, 30))
    assert breaks(claim, stack=replace(STACK, uncovered=(gap,))).case.subjects == ("KE",)


def test_terms_on_who_controls_and_where() -> None:
    assert breaks("never compelled-by:US").deployment in ("ohio", "cloud")
    assert breaks("never compelled-by:US unless deployment:ohio").deployment == "cloud"
    assert proven("never compelled-by:US unless deployment:ohio|cloud").holds
    assert breaks("never operator:ovale", stack=replace(STACK, gateway=None)).deployment == "paris"
    assert proven("never operator:agency").vacuous
    assert breaks("never controller:agency site:ohio data:personal").case.controller == "agency"
    assert proven("never controller:!agency site:ohio data:personal subjects:toyland unless own:yes").holds


def test_an_application_brings_what_requests_may_add() -> None:
    found = breaks("never app:desk data:health")
    assert found.app == "desk"
    assert set(found.case.data) == {"health", "personal"}
    assert [case.data for case in found.with_] == [("personal",)]
    assert proven("never app:desk controller:inc").holds


def test_a_purpose_that_is_added_opens_nothing_that_the_registered_one_forbids() -> None:
    rules = toy.RULES + toy.RULES.replace("toy/1", "toy/2").replace(
        "principal.data in", 'principal.purpose == Comity::Purpose::"general" && principal.data in', 1
    ).replace(
        '&& principal.subjects in Comity::Group::"toyland" &&\n       !(resource.site in Comity::Group::"toyland")', ""
    )
    assert rules.count("forbid") == 2
    claim = "never app:desk purpose:marketing deployment:paris"
    assert breaks(claim).case.purpose == "marketing"
    assert proven(claim, rules=rules).holds


def test_jurisdictions_under_other_law_are_not_taken_for_one() -> None:
    """Only an accepted gap tells Kenya apart, and the claim does not name it."""
    gap = Gap(jurisdiction="KE", data=("personal",), why="known", until=date(2026, 4, 30))
    stack = replace(STACK, uncovered=(gap,))
    assert breaks("never data:personal controller:!toyland unless controller:US", stack=stack).case.controller == "KE"
    assert proven("never data:personal controller:!toyland unless controller:US").holds


def test_who_says_what_a_system_does_does_not_leave_it_unsaid() -> None:
    assert proven("never use:chatbot use:unstated deployment:paris").holds
    assert breaks("never use:chatbot deployment:paris").case.uses == ("chatbot",)


def test_observe_mode_is_not_enforced_so_a_claim_says_so_or_fails() -> None:
    watched = replace(
        STACK, applications={"desk": replace(STACK.applications["desk"], observe=Observe(date(2026, 4, 30)))}
    )
    for claim in ("never data:personal subjects:KE", "never app:desk subjects:KE"):
        found = breaks(claim, stack=watched)
        assert found.observed
        assert found.app == "desk"
        assert proven(claim + " unless observed", stack=watched).holds
        assert proven(claim, stack=watched, day=date(2026, 5, 1)).holds


def test_a_floor_of_evidence_forbids() -> None:
    floor = {"desk": replace(STACK.applications["desk"], evidence={"location": "contract"})}
    assert proven("never app:desk", stack=replace(STACK, applications=floor)).holds


OBLIGES = (
    toy.RULES
    + """
@id("toy/keep") @from("2026-01-01") @law("Toy Act") @cite("s.9") @url("https://example.org/toy") @kind("oblige")
@basis("statute") @source("primary") @review("none") @says("Keep it.") @obligation("log.retain_min=P1Y;notify.breach=PT24H")
permit (principal, action == Comity::Action::"oblige", resource)
when { principal.data in Comity::DataClass::"personal" && principal.controller in Comity::Group::"toyland" };
"""
)


def test_obligations_by_their_strictest() -> None:
    assert proven("always obliges log.retain_min>=P6M when data:personal controller:toyland", rules=OBLIGES).holds
    assert proven("always obliges log.retain_min>=P12M when data:personal controller:toyland", rules=OBLIGES).holds
    assert not proven("always obliges log.retain_min>=P13M when data:personal controller:toyland", rules=OBLIGES).holds
    assert proven("always obliges notify.breach<=PT72H when data:personal controller:toyland", rules=OBLIGES).holds
    assert not proven("always obliges notify.breach<=PT2H when data:personal controller:toyland", rules=OBLIGES).holds
    assert proven("always obliges log.retain_min when app:desk", rules=OBLIGES).holds
    assert breaks("always obliges log.retain_min", rules=OBLIGES).case.data == ()
    assert proven(
        "always obliges log.retain_min when data:personal subjects:US unless controller:!toyland", rules=OBLIGES
    ).holds


def test_counting_what_is_left() -> None:
    assert proven("always at-least 2 when app:desk").holds
    assert breaks("always at-least 3 when app:desk").permitted == ("ohio", "paris")
    assert proven("always at-least 2 independent-by operator when data:personal").holds
    assert not proven("always at-least 2 independent-by accelerator when app:desk").holds
    assert proven("always at-least 2 independent-by accelerator|operator when app:desk").holds
    found = breaks("always at-least 2 independent-by operator when app:desk adding subjects:US|KE data:special")
    assert found.case.subjects == ("FR", "KE")
    assert found.permitted == ()
    assert proven("always at-least 2 when app:desk adding subjects:US data:special purpose:marketing").holds
    assert proven("always at-least 2 when controller:inc").vacuous


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it is empty"),
        ("sometimes data:health", "no claim begins with 'sometimes'"),
        ("never data:helth", "at character 7: no word of data 'helth'; did you mean health?"),
        ("never data:health subjects:toylnd", "did you mean toyland?"),
        ("never subjects:UK", "did you mean GB"),
        ("never dta:health", "no term 'dta'; did you mean data?"),
        ("never health", "'health' is no term; did you mean"),
        ("never data:", "data of nothing"),
        ("never at data:health", "data is of the case, not of a place"),
        ("never data:health unless", "nothing follows unless"),
        ("never data:health from tomorrow", "'tomorrow' is no date"),
        ("never data:health from", "from which day"),
        ("never data:health from 2027-01-01 until 2026-01-01", "lies before"),
        ("never data:health adding data:special", "adding belongs to at-least"),
        ("never app:dask", "did you mean desk?"),
        ("never app:desk app:desk", "names its applications once"),
        ("never deployment:pari", "did you mean paris?"),
        ("always", "always what"),
        ("always forbids", "no claim of 'forbids'"),
        ("always obliges log.retainmin>=P6M", "did you mean log.retain_min?"),
        ("always obliges log.retain_min<=P6M", "write log.retain_min>=P6M"),
        ("always obliges log.retain_min>=six", "'six' is no duration"),
        ("always at-least two", "no number from 1 to 16"),
        ("always at-least 2 independent-by owner", "no kind of independence 'owner'"),
        ("always at-least 2 adding kind:eu.art28", "a request cannot add"),
        ("never data:health " + "data:health " * 40, "more than 32 terms"),
        ("never data:" + "x" * 3000, "more than 2000 characters"),
    ],
)  # fmt: skip
def test_what_is_no_claim_says_where_and_what_was_meant(text, says) -> None:
    with pytest.raises(NoClaim) as raised:
        read_claim(text, lexicon(packs(), STACK))
    assert says in str(raised.value)


def test_a_form_that_is_not_read_is_refused_by_name() -> None:
    rules = toy.RULES.replace("!(resource.site", "resource is Comity::Profile && !(resource.site")
    with pytest.raises(Unread, match="toy/1 uses `is`"):
        proven("never data:health", rules=rules)


def test_the_engine_has_the_last_word(monkeypatch) -> None:
    """Were the proof to read a rule otherwise than the engine, nothing would be said to be decided."""
    monkeypatch.setattr(
        "comity.posture.claims.candidates.Candidates.permitted", lambda self, face, gateway: 1, raising=True
    )
    with pytest.raises(Disagreement, match="nothing was decided"):
        proven("never data:personal subjects:KE")


def test_cases_are_counted_exactly() -> None:
    words = vocabulary()
    everything = proven("never gateway:yes deployment:paris").cases
    health = proven("never data:health gateway:yes deployment:paris").cases
    none = proven("never data:!health gateway:yes deployment:paris").cases
    assert health + none == everything
    assert health == none  # half of all sets of words hold one of them
    one = proven("never purpose:marketing gateway:yes deployment:paris").cases
    assert one * len(words.purposes) == everything
    app = proven("never app:desk gateway:yes deployment:paris").cases
    assert app == len(words.operations) * len(words.purposes) * 2 ** (len(words.data) - 1) * 2 ** (len(NAMES) - 1)
