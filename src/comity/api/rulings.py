"""`/admin/explain`, `/admin/law/…`, `/admin/prove`: the law in force answered for, tried and compared. All only read.

Each does what the command of its name does, by the same functions. They work on a thread of their own, one at a time:
what a person asks must not slow the supervisor for those who are served.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct, field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from comity.adapters.claims import Provable
from comity.adapters.clock import unix_ms
from comity.adapters.comparison import Side, compare, comparison_document
from comity.adapters.history import history
from comity.adapters.ledger import LedgerCorrupt
from comity.adapters.packs import (
    cases_from,
    load_packs,
    pack_folders,
    pack_from,
    read_folder,
    tried,
    tried_anew,
    tried_cases,
)
from comity.adapters.realms import build_realm
from comity.adapters.remedies import confirmed
from comity.adapters.stack_files import reread
from comity.api.access import Page, refusal
from comity.api.admin_keys import limited_body
from comity.law.pack import Pack
from comity.law.trial import Trial
from comity.law.trial_document import trial_document
from comity.placement.answer_document import explanation_document, why_not_document
from comity.placement.asked import Question, answer, instant_of
from comity.posture.claims.told import document as proof_document
from comity.runtime.supervisor import Supervisor
from comity.terms.errors import Fault
from comity.terms.instants import day_of
from comity.terms.problems import Problem, Problems

MAX_BODY_BYTES = 4 << 20
"""A pack's files have at most 1 MiB each, and those that ship all together less than this."""

DAY_MS = 86_400_000

Asked = TypeVar("Asked", bound=Struct)
Document = dict[str, Any]


class PacksTest(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be tried: a pack by name; one that is posted, name and `files`; or `cases` in the form of cases.yaml,
    before the packs `law` (those in force, if left out). Without any of them: the packs in force.
    """

    pack: Annotated[str, Meta(max_length=64)] | None = None
    files: dict[str, str] | None = None
    cases: str | None = None
    law: tuple[str, ...] = ()


class LawDiff(Struct, frozen=True, forbid_unknown_fields=True, rename={"first": "from", "last": "to"}):
    """What is compared with what is in force: another day, `packs` (file by name, by pack), the text of a `stack` file.

    `days` of the log are decided again on both sides.
    """

    first: date | None = None
    last: date | None = None
    packs: dict[str, dict[str, str]] = field(default_factory=dict)
    stack: str | None = None
    days: Annotated[int, Meta(ge=1, le=3660)] | None = None


class Claims(Struct, frozen=True, forbid_unknown_fields=True):
    """Claims to be decided; without any, those of the stack file."""

    claims: Annotated[tuple[Annotated[str, Meta(max_length=2000)], ...], Meta(max_length=16)] = ()
    as_of: date | None = None


def explain(supervisor: Supervisor) -> Page:
    """`POST /admin/explain`: as `comity explain --json`."""

    def work(asked: Question) -> Document:
        now = unix_ms() if asked.as_of is None else instant_of(asked.as_of)
        realm = supervisor.realm if asked.as_of is None else build_realm(supervisor.file, now)
        found = answer(asked, realm, now)
        made: Document = {"explanations": [explanation_document(each, realm) for each in found.explanations]}
        if found.why_not is not None:
            sure = confirmed(found.why_not, asked, supervisor.file, now)
            made["why_not"] = why_not_document(sure, realm)
        return made

    return _page(Question, work)


def law_test(supervisor: Supervisor) -> Page:
    """`POST /admin/law/test`: as `comity law test --json`."""

    def work(asked: PacksTest) -> Document:
        trials = _trials(asked, supervisor)
        return {
            "holds": all(trial.whole for trial in trials),
            "trials": [trial_document(each) for each in trials],
        }

    return _page(PacksTest, work)


def law_diff(supervisor: Supervisor) -> Page:
    """`POST /admin/law/diff`: as `comity law diff --json`, from what is in force to what is posted."""

    def work(asked: LawDiff) -> Document:
        if (asked.first is None) != (asked.last is None):
            raise ValueError("from and to go together")
        now = unix_ms()
        file = supervisor.file
        packs = tuple(supervisor.realm.packs.values())
        days = (asked.first or day_of(now), asked.last or day_of(now))
        at = (now, now) if asked.first is None else (instant_of(days[0]), instant_of(days[1]))
        left = Side(packs, days[0], file.stack, file.date)
        stack, law = file.stack, packs
        if asked.stack is not None:
            stack = reread(file, asked.stack).stack
            law = load_packs(stack.law, file.path.resolve().parent)
        posted = {name: _posted(name, files) for name, files in asked.packs.items()}
        law = (*(posted.pop(pack.name, pack) for pack in law), *posted.values())
        log = history(supervisor.state, now - asked.days * DAY_MS) if asked.days is not None else None
        return comparison_document(compare(left, Side(law, days[1], stack, file.date), at, log))

    return _page(LawDiff, work)


def prove(supervisor: Supervisor) -> Page:
    """`POST /admin/prove`: as `comity prove --json`."""

    def work(asked: Claims) -> Document:
        now = unix_ms() if asked.as_of is None else instant_of(asked.as_of)
        provable = Provable(supervisor.file)
        claims = [provable.read(text) for text in asked.claims or provable.claims]
        proofs = [provable.prove(claim, now) for claim in claims]
        return {"holds": all(proof.holds for proof in proofs), "proofs": [proof_document(each) for each in proofs]}

    return _page(Claims, work)


def _trials(asked: PacksTest, supervisor: Supervisor) -> list[Trial]:
    beside = supervisor.file.path.resolve().parent
    if asked.cases is not None:
        packs = load_packs(asked.law, beside) if asked.law else tuple(supervisor.realm.packs.values())
        return [tried_cases(cases_from(asked.cases.encode()), packs)]
    if asked.files is not None:
        if asked.pack is None:
            raise ValueError("files without the name of their pack")
        pack, problems = pack_from(asked.pack, asked.files)
        return [Trial(asked.pack, (), (), problems) if pack is None else tried_anew(pack)]
    if asked.pack is None:
        return [tried(pack) for pack in supervisor.realm.packs.values()]
    folders = pack_folders(beside)
    if asked.pack not in folders:
        raise Problems([Problem(asked.pack, 0, 0, "", "no such pack", "", f"there are {', '.join(folders)}")])
    pack, problems = read_folder(folders[asked.pack])
    return [Trial(asked.pack, (), (), problems) if pack is None else tried(pack)]


def _posted(name: str, files: dict[str, str]) -> Pack:
    pack, problems = pack_from(name, files)
    if pack is None:
        raise Problems(problems)
    return pack


_TURN = asyncio.Lock()
"""One question at a time: each takes a core for as long as it takes."""


def _page(kind: type[Asked], work: Callable[[Asked], Document]) -> Page:
    async def page(request: Request) -> Response:
        body = await limited_body(request, MAX_BODY_BYTES)
        if body is None:
            return refusal(413, "too_large", f"The body is longer than {MAX_BODY_BYTES} bytes.")
        try:
            asked = msgspec.json.decode(body or b"{}", type=kind)
            async with _TURN:
                return JSONResponse(await asyncio.to_thread(work, asked))
        except Problems as error:
            said = "; ".join(map(str, error.problems[:20]))
            return refusal(422, "bad_request", said)
        except (ValueError, KeyError, RecursionError, Fault) as error:
            return refusal(422, "bad_request", str(error))
        except (OSError, LedgerCorrupt) as error:
            return refusal(503, "unavailable", str(error))

    return page
