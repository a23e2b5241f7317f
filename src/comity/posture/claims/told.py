"""What came of a claim, in words and as a document."""

from __future__ import annotations

import re
from collections.abc import Iterator

from comity.posture.claims.claim import AtLeast, Obliges
from comity.posture.claims.decision import Broken
from comity.posture.claims.proof import Proof
from comity.stack.jurisdictions import NAMES
from comity.terms.instants import FAR_FUTURE, day_of, shown

_MANY = 10**15  # past this a number is told by its size


def in_words(proof: Proof) -> str:
    """The proof for people."""
    return "\n".join(_lines(proof))


def _lines(proof: Proof) -> Iterator[str]:
    if proof.broken is None:
        yield f"HOLDS in the encoded rules: {proof.claim.text}"
        if proof.vacuous:
            yield f"    but {proof.vacuous}"
        yield f"    {_when(proof)}"
    else:
        yield f"DOES NOT HOLD: {proof.claim.text}"
        yield f"    {broken_in_a_line(proof)}"
    realms = "1 realm" if proof.realms == 1 else f"{proof.realms} realms, one for each stretch between such dates"
    cases = "1 case" if proof.cases == 1 else f"{counted(proof.cases)} cases"
    yield f"    decided over {cases}, {proof.atoms} atoms, {realms}; none was left out"
    rules = len(proof.rules)
    yield f"    rests on {rules} rule{'' if rules == 1 else 's'}, of which counsel has reviewed {proof.reviewed}"
    if proof.drafts:
        yield f"    some are of DRAFT packs: {', '.join(proof.drafts)}"
    if proof.broken is not None:
        yield "    the smallest case that breaks it, for `comity explain --case FILE`:"
        for case in (proof.broken.case, *proof.broken.with_):
            document = case.document()
            yield ""
            yield from (f"{name}: {_flow(value)}" for name, value in document.items())
            if proof.broken.with_ and case is proof.broken.case:
                yield ""
                yield "# and what must be permitted with it, and is:" if proof.broken.deployment else "# beside:"


def _flow(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_scalar, value))}]"
    return _scalar(value)


def _scalar(value: object) -> str:
    """A word as YAML reads it back: NO is a country, and a date or a level with a colon is text."""
    text = str(value)
    return text if _PLAIN.fullmatch(text) and text.lower() not in _BOOLEAN else f'"{text}"'


_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
_BOOLEAN = frozenset(("no", "yes", "on", "off", "true", "false", "null", "y", "n"))


def _when(proof: Proof) -> str:
    if not proof.claim.dated:
        end = "no known date changes that" if proof.until >= FAR_FUTURE else f"it changes on {shown(proof.until)}"
        return f"on {day_of(proof.since)}, and as long as this law and this stack stay: {end}"
    last = f"the last known change is on {day_of(proof.last)}" if proof.realms > 1 else "no change is known after it"
    return f"from {day_of(proof.since)} {f'until {proof.claim.until}' if proof.claim.until else 'on'}: {last}"


def broken_in_a_line(proof: Proof) -> str:
    """What happens in the counterexample."""
    broken = proof.broken
    assert broken is not None
    whose = f"a request of {broken.app}" if broken.app else f"a case of {_controller(broken)}"
    on = f"on {day_of(proof.since)}"
    if isinstance(proof.claim.says, AtLeast):
        left = ", ".join(broken.permitted) or "none"
        kinds = f", independent by {' or '.join(proof.claim.says.kinds)}" if proof.claim.says.kinds else ""
        return f"{on}, for {whose}, {proof.claim.says.number} are claimed{kinds}; permitted are: {left}"
    where = f"{broken.place} ({NAMES[broken.place]})" + (" at the gateway" if broken.gateway else "")
    mode = f"{broken.app} is in observe mode, so nothing forbidden to it is stopped; " if broken.observed else ""
    verb = "may go" if broken.observed else "is permitted"
    owes = ""
    if isinstance(proof.claim.says, Obliges):
        duty = proof.claim.says
        owes = f", and no rule obliges it to {duty.key}{duty.order}{duty.value}"
    return f"{on}, {mode}{whose} {verb} at {broken.deployment}, processed in {where}{owes}"


def _controller(broken: Broken) -> str:
    name = broken.case.controller
    return f"{name} ({NAMES[name]})" if name in NAMES else name


def counted(number: int) -> str:
    """A number as it is, or by its size where nobody would read its digits."""
    return f"{number:,}" if number < _MANY else f"about 10^{len(str(number)) - 1}"


def document(proof: Proof) -> dict[str, object]:
    """The proof as JSON; the number of cases is exact, as text."""
    says: dict[str, object] = {
        "claim": proof.claim.text,
        "holds": proof.holds,
        "in": "the encoded rules",
        "from": shown(proof.since),
        "until": None if proof.until >= FAR_FUTURE else shown(proof.until),
        "looked_to": shown(proof.last),
        "realms": proof.realms,
        "realm": proof.realm,
        "atoms": proof.atoms,
        "cases": str(proof.cases),
        "rules": list(proof.rules),
        "reviewed": proof.reviewed,
    }
    if proof.drafts:
        says["drafts"] = list(proof.drafts)
    if proof.vacuous:
        says["vacuous"] = proof.vacuous
    broken = proof.broken
    if broken is not None:
        says["counterexample"] = {
            "says": broken_in_a_line(proof),
            "case": broken.case.document(),
            "with": [case.document() for case in broken.with_],
            "application": broken.app or None,
            "observed": broken.observed,
            "deployment": broken.deployment or None,
            "place": broken.place or None,
            "gateway": broken.gateway,
            "permitted": list(broken.permitted),
        }
    return says
