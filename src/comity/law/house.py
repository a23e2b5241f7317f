"""Rules of the house: what Comity itself refuses, in every realm."""

from __future__ import annotations

from comity.law.case import Case
from comity.law.vocabulary import Vocabulary
from comity.terms.citations import Citation

ERROR = Citation(
    id="comity/error",
    law="Comity",
    cite="docs/DESIGN.md, part 4",
    basis="prudential",
    says="The law could not be evaluated for this candidate, so it is refused.",
    remedy="run `comity law test`; report the pack",
    reviewed=True,
)
BLOCKED = Citation(
    id="comity/blocked",
    law="Comity",
    cite="the application's `blocks`",
    basis="tenant",
    says="The request is of a class that the application's owner refuses.",
    remedy="send it through an application that is registered for it | take the word out of `blocks`",
    reviewed=True,
)
STALE = Citation(
    id="comity/stale",
    law="Comity",
    cite="docs/reference/obligations.md, law past its review",
    basis="prudential",
    says="The pack that covers this is past the day by which it was to be reviewed, and the stack refuses such law.",
    remedy="load a pack that was reviewed | accept the gap by name and until a date in `uncovered` | stale_law: warn",
    reviewed=True,
)


def blocked(case: Case, words: Vocabulary) -> bool:
    """Whether the case is of a class that its application blocks: by use, purpose, or a class of data in any form."""
    return bool(case.blocks) and not {case.purpose, *case.uses, *words.close(case.data)}.isdisjoint(case.blocks)
