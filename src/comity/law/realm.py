"""A realm: an immutable snapshot of law and stack that rules on cases until the next date that changes either."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from datetime import UTC, date
from functools import cached_property

from msgspec.structs import replace

from comity.law.candidates import EVIDENCE, GATEWAY, Face, Sight, faces, sights
from comity.law.case import Case
from comity.law.cedar import ENGINE, Schema
from comity.law.coverage import TOUCHES, UNCOVERED, Touch
from comity.law.docket import Docket, cases_of
from comity.law.epoch import Epoch, Zone, covered
from comity.law.hearing import Findings, Hearing
from comity.law.house import BLOCKED, ERROR, STALE, blocked
from comity.law.obligations import strictest
from comity.law.pack import Pack
from comity.law.precedents import Precedents
from comity.law.ruling import Ruling, Verdict, Verdicts
from comity.law.staleness import overdue, review_dates, said
from comity.law.standing import Standing, standing
from comity.law.vocabulary import Vocabulary
from comity.stack import facts
from comity.stack.absent import Assumption
from comity.stack.agreements import agreements_between, stated_between
from comity.stack.digest import stack_document
from comity.stack.types import Stack
from comity.terms.canon import encode, encode_object
from comity.terms.citations import Citation
from comity.terms.digests import sha256_hex
from comity.terms.instants import FAR_FUTURE, Instant, day_of, end_of, start_of

OWN = {citation.id: citation for citation in (UNCOVERED, EVIDENCE, ERROR, BLOCKED, STALE)}
"""Rules of the house, in force in every realm."""


class Realm:
    """Law and stack of one epoch. `since` and `valid_until` bound the instants for which it speaks.

    `digest` is the SHA-256 of `document`, from which the realm can be made again (stack less secrets and URLs).
    """

    def __init__(
        self,
        stack: Stack,
        packs: Sequence[Pack],
        vocabulary: Vocabulary,
        schema_text: str,
        at: Instant,
        zone: Zone,
        file_date: date,
        precedents: Precedents | None = None,
    ) -> None:
        """Compiles the realm in force at `at`; `packs` are those that the stack names. `precedents` are those of other
        realms, none if they are left out.

        Raises:
            ValueError: if a rule does not compile.
        """
        self.stack = stack
        self.vocabulary = vocabulary
        self._schema_text = schema_text
        self._schema = Schema(vocabulary.schema(schema_text))
        self.overdue = overdue(packs, at, zone)
        silent = self.overdue if stack.stale_law == "refuse" else frozenset()
        self._epoch = Epoch(packs, self._schema, at, zone, silent, precedents)
        dates = {*_stack_boundaries(stack, file_date), *review_dates(packs, zone)}
        self.since = max((self._epoch.since, *(instant for instant in dates if instant <= at)))
        self.valid_until = min((self._epoch.until, *(instant for instant in dates if instant > at)), default=FAR_FUTURE)
        self._today = day_of(at)
        self._file_date = file_date
        self.packs = {pack.name: pack for pack in packs}
        self.citations: Mapping[str, Citation] = {
            **OWN,
            **{rule.id: rule.citation for pack in packs for rule in pack.rules},
        }
        self.rules = self._epoch.rules
        self._sights: Mapping[str, Sight] | None = None
        self._seen: Docket[str, _View] = Docket()
        self._docket: Docket[Case, Ruling] = Docket(cases_of(len(stack.deployments)))
        self._standings: Docket[tuple[tuple[Case, ...], tuple[str, ...]], tuple[Standing, ...]] = Docket()
        self._holes: Docket[tuple[frozenset[tuple[str, Touch]], tuple[str, ...], str], tuple[tuple[str, str], ...]]
        self._holes = Docket()  # of the law alone, so what is supposed shares it
        self._wants: Docket[tuple[str, str, str], str] = Docket()
        self._lapsed = covered((pack for pack in packs if pack.name in silent), self._epoch.groups, at, zone)
        self.assumptions: dict[str, Assumption] = {}

    @cached_property
    def document(self) -> bytes:
        """The realm's bundle; empty where it is only supposed."""
        return encode_object(
            {
                "comity": encode(1),
                "engine": encode(ENGINE),
                "vocabulary": encode(vocabulary_document(self.vocabulary)),
                "schema": encode(self._schema_text),
                "packs": encode_object({name: encode(dict(pack.files)) for name, pack in self.packs.items()}),
                "stack": encode(stack_document(self.stack)),
                "stack_date": encode(self._file_date.isoformat()),
                "since": encode(self.since),
                "valid_until": encode(self.valid_until),
            }
        )

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of `document`; empty where the realm is only supposed."""
        return sha256_hex(self.document)

    def rule(self, case: Case) -> Ruling:
        """The ruling on `case`: a verdict for every deployment of the stack. Pure; judged once, then remembered."""
        return self._docket.get(case, self._judge)

    def has_ruled(self, case: Case) -> bool:
        """Whether the ruling on `case` is remembered: then it costs a look-up, and else some milliseconds."""
        return case in self._docket

    def speaking(self, case: Case) -> frozenset[str]:
        """The rules in force that can speak to `case`, whatever the candidate."""
        party = facts.party(self.stack, case.controller)
        answers = self._epoch.answers(case, self.vocabulary, party.seat, party.public)
        return self._epoch.distinctions.speaking(answers)

    def standings(self, cases: Sequence[Case], rules: Iterable[str]) -> tuple[Standing, ...]:
        """How each duty that `rules` oblige to stands for a request that is all of `cases`, at its strictest."""
        return self._standings.get((tuple(cases), tuple(sorted(set(rules)))), self._stand)

    def _stand(self, asked: tuple[tuple[Case, ...], tuple[str, ...]]) -> tuple[Standing, ...]:
        cases, rules = asked
        signed, on = self.stack.attested.duties, self._today
        dues = strictest((rule, self.rules[rule].obligation) for rule in rules)
        return tuple(standing(due, cases, signed, on) for due in dues)

    def supposing(self, stack: Stack) -> Realm:
        """This law on this day over another stack: for questions alone. It has no bundle and no digest, so it can
        never serve.
        """
        other = copy(self)
        other.stack, other.document, other.digest, other.assumptions = stack, b"", "", {}
        other._seen, other._docket = Docket(), Docket(cases_of(len(stack.deployments)))
        other._standings, other._sights = Docket(), None
        return other

    def view(self, controller: str) -> Mapping[str, Face]:
        """What law sees of every deployment, and of the gateway, for one controller."""
        return self._seen.get(controller, self._look).faces

    @property
    def supposed(self) -> bool:
        """Whether it was made by `supposing`."""
        return not self.digest

    @property
    def today(self) -> date:
        """The day, in UTC, on which the facts of the stack were looked at."""
        return self._today

    @property
    def file_date(self) -> date:
        """The stack file's own date, from which a certificate without an end is believed for a while."""
        return self._file_date

    @property
    def epoch(self) -> Epoch:
        """The law in force, apart from the stack."""
        return self._epoch

    def faces(self, controller: str) -> dict[str, Face]:
        """As `view`, made anew and prepared for no judgement: for who asks of many controllers."""
        if self._sights is None:
            self._sights = sights(self.stack, self._today, self._file_date, self.vocabulary.licences)
        return faces(self.stack, controller, self._today, self._sights)

    def _look(self, controller: str) -> _View:
        found = self.faces(controller)
        for face in found.values():
            self.assumptions.update((shown(assumption), assumption) for assumption in face.assumptions)
        profiles = (profile for face in found.values() for profile in face.profiles)
        return _View(found, Hearing(self._epoch, self.vocabulary, profiles))

    def _judge(self, case: Case) -> Ruling:
        view = self._seen.get(case.controller, self._look)
        party = facts.party(self.stack, case.controller)
        findings = view.hearing.findings(case, party.seat, party.public)
        refused = {BLOCKED.id} if blocked(case, self.vocabulary) else set()
        alike: dict[Hashable, Verdict] = {}  # many deployments differ in nothing that law sees

        def verdict(name: str) -> Verdict:
            face = view.faces[name]
            key = (face.profiles, face.touched, any(face.short(case.floor)))
            if key not in alike:
                alike[key] = self._verdict(case, party.seat, face, view.faces[GATEWAY], findings, refused)
            return replace(alike[key], deployment=name, assumptions=view.assumptions[name])

        verdicts = Verdicts(view.assumptions, verdict)
        # Who supposes asks of a few deployments; what serves is judged whole, before a request needs it.
        return Ruling(self.digest, case, verdicts if self.supposed else dict(verdicts))

    def _verdict(
        self,
        case: Case,
        seat: str,
        face: Face,
        gateway: Face,
        findings: Findings,
        refused: set[str],
    ) -> Verdict:
        """What law says of the deployment's face; what is assumed of it stands in the view. `refused`: by what rules
        of the house every deployment is forbidden for this case.
        """
        each = [findings[profile] for profile in (*face.profiles, *gateway.profiles)]
        forbids = {rule for finding in each for rule in finding.forbids} | refused
        obliges = {rule for finding in each for rule in finding.obliges}
        forbids |= set(self._unmet(case, obliges))
        if any(finding.erred for finding in each):
            forbids.add(ERROR.id)
        if any(face.short(case.floor)) or any(gateway.short(case.floor)):
            forbids.add(EVIDENCE.id)
        accepted: set[str] = set()
        for jurisdiction, word in self._gaps(case, seat, face, gateway):
            acceptance = self.accepted(jurisdiction, word)
            if acceptance:
                accepted.add(acceptance)
            else:
                forbids.add(self._wants.get((jurisdiction, word, case.operation), self._want))
        return Verdict(
            deployment=face.name,
            forbids=tuple(sorted(forbids)),
            obliges=tuple(sorted(obliges)),
            advises=tuple(sorted({rule for finding in each for rule in finding.advises})),
            assumptions=(),
            gaps=tuple(sorted(accepted)),
        )

    def gaps(self, case: Case, deployment: str) -> list[tuple[str, str]]:
        """Each (jurisdiction, data class) that the deployment would touch, that no pack in force covers, and that the
        stack does not accept.
        """
        view = self.view(case.controller)
        seat = facts.seat(self.stack, case.controller)
        found = self._gaps(case, seat, view[deployment], view[GATEWAY])
        return sorted({gap for gap in found if not self.accepted(*gap)})

    def short(self, case: Case, deployment: str) -> tuple[str, ...]:
        """A sentence for each fact of the deployment, or of the gateway, below the case's floor of evidence."""
        view = self.view(case.controller)
        return (*view[deployment].short(case.floor), *view[GATEWAY].short(case.floor))

    def unsigned(self, controller: str, deployment: str) -> tuple[str, ...]:
        """A sentence for each agreement that is absent for one reason: no counsel key in force has signed it."""
        operator = self.stack.sites[self.stack.deployments[deployment].site].operator
        asked = self.stack, controller, operator, deployment, self._today
        counts = agreements_between(*asked)
        return tuple(
            f"the agreement between {' and '.join(each.between)} ({', '.join(each.kinds)}) is absent: no counsel key in"
            " force has signed it"
            for each in stated_between(*asked)
            if each not in counts
        )

    def stale(self) -> tuple[str, ...]:
        """A sentence for each pack that was to be reviewed by now and was not."""
        return tuple(said(self.packs.values(), self.overdue, refused=self.stack.stale_law == "refuse"))

    def _gaps(self, case: Case, seat: str, face: Face, gateway: Face) -> Iterator[tuple[str, str]]:
        people: set[tuple[str, Touch]] = {(subject, "subjects") for subject in case.subjects}
        people.add((seat, "controller"))
        for touched in (frozenset(people), face.touched | gateway.touched):
            yield from self._holes.get((touched, case.data, case.operation), self._uncovered)

    def _uncovered(
        self, asked: tuple[frozenset[tuple[str, Touch]], tuple[str, ...], str]
    ) -> tuple[tuple[str, str], ...]:
        touched, data, operation = asked
        regulated = [word for word in data if word not in self.vocabulary.unregulated]
        closed = tuple((word, self.vocabulary.close((word,))) for word in regulated)
        return tuple(self._epoch.covered.gaps(touched, closed, operation))

    def _unmet(self, case: Case, obliges: Iterable[str]) -> Iterator[str]:
        """The rules whose duty is a condition that nobody has shown to be met."""
        for rule in obliges:
            if self.rules[rule].condition and any(each.status == "owed" for each in self.standings((case,), (rule,))):
                yield rule

    def _want(self, asked: tuple[str, str, str]) -> str:
        """What forbids where law is wanting: none was ever loaded, or what was is past its review."""
        jurisdiction, word, operation = asked
        lapsed = any(
            (jurisdiction, touch, up, operation) in self._lapsed.cells
            for touch in TOUCHES
            for up in self.vocabulary.close((word,))
        )
        return STALE.id if lapsed else UNCOVERED.id

    def accepted(self, jurisdiction: str, word: str) -> str:
        """The acceptance that reaches furthest, in the words of an entry; none if the stack does not accept the gap."""
        closure = self.vocabulary.close((word,))
        ends = [
            gap.until
            for gap in self.stack.uncovered
            if gap.jurisdiction == jurisdiction and self._today <= gap.until and set(gap.data) & set(closure)
        ]
        return f"{jurisdiction} {word} until {max(ends).isoformat()}" if ends else ""


class _View:
    """One controller's view: its faces, what is assumed of each deployment, and the hearing of their profiles."""

    __slots__ = ("assumptions", "faces", "hearing")

    def __init__(self, faces_: Mapping[str, Face], hearing: Hearing) -> None:
        self.faces = faces_
        self.hearing = hearing
        gateway = faces_[GATEWAY].assumptions
        self.assumptions = {
            name: tuple(sorted({shown(item) for item in (*face.assumptions, *gateway)}))
            for name, face in faces_.items()
            if name != GATEWAY
        }


def shown(assumption: Assumption) -> str:
    """An assumption as entries bear it: `absent/presence parties.hexagone`."""
    return f"{assumption.id} {assumption.about}"


def vocabulary_document(vocabulary: Vocabulary) -> dict[str, object]:
    """The vocabulary in the canonical form that a realm's bundle bears."""
    lists = {
        name: {
            word: {"says": entry.says, "isa": list(entry.isa), "cite": entry.cite, "iri": entry.iri}
            for word, entry in getattr(vocabulary, name).items()
        }
        for name in vocabulary.__struct_fields__
        if name not in ("version", "unregulated")
    }
    return {"version": vocabulary.version, "unregulated": list(vocabulary.unregulated), **lists}


def _stack_boundaries(stack: Stack, file_date: date) -> Iterator[Instant]:
    """Every instant at which a fact of the stack begins or ends. Days of a stack file are days in UTC."""
    for agreement in stack.agreements:
        if agreement.since:
            yield start_of(agreement.since, UTC)
        for day in (agreement.until, agreement.tia.until if agreement.tia else None):
            if day:
                yield end_of(day, UTC)
    for party in stack.parties.values():
        if party.dpf:
            yield end_of(party.dpf.until, UTC)
    yield from _ends_of_certificates(stack, file_date)
    for gap in stack.uncovered:
        yield end_of(gap.until, UTC)
    attested = stack.attested
    for since, until in ((each.since, each.until) for kind in (attested.agreements, attested.duties) for each in kind):
        yield start_of(since, UTC)
        yield end_of(until, UTC)
    for application in stack.applications.values():
        if application.observe:
            yield end_of(application.observe.until, UTC)


def _ends_of_certificates(stack: Stack, file_date: date) -> Iterator[Instant]:
    for dated in stack.gateway.certificates if stack.gateway else ():
        yield end_of(dated.until, UTC)
    for name, deployment in stack.deployments.items():
        for certificate in deployment.certificates:
            yield end_of(facts.certificate_until(name, certificate, file_date).value, UTC)
