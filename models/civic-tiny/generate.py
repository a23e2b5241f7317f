"""Write `data.jsonl`: what civic-tiny learns, one question and answer a line.

    python generate.py            writes data.jsonl
    python generate.py --check    writes nothing; exit 1 if data.jsonl is not what the facts give

The facts stand in `facts/<language>.toml`, one table a fact, with the same names in every language. No chance
and no clock: the same facts give the same bytes.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).parent
DATA = HERE / "data.jsonl"
LANGUAGES = ("en", "es", "sw", "hi", "ar")
ANSWER_WORDS_MAX = 25  # a citizen reads it at a glance, and the model has few parameters


@dataclass(frozen=True, slots=True)
class Pair:
    """One question with its answer; `id` is `<topic>.<fact>`, the same in every language."""

    id: str
    language: str
    question: str
    answer: str


def facts(language: str) -> Iterator[Pair]:
    """The facts of one language, in the order of its file."""
    topics = tomllib.loads((HERE / "facts" / f"{language}.toml").read_text(encoding="utf-8"))
    for topic, named in topics.items():
        for name, fact in named.items():
            yield Pair(f"{topic}.{name}", language, fact["ask"], fact["answer"])


def figures(text: str) -> list[str]:
    """Every figure in a text, sorted: translations must agree on them."""
    return sorted(re.findall(r"\d+(?::\d+)?", text))


def problems(by_language: dict[str, list[Pair]]) -> Iterator[str]:
    """What a translator would want to know before anything is trained on it."""
    english = by_language["en"]
    for language, pairs in by_language.items():
        if [p.id for p in pairs] != [p.id for p in english]:
            yield f"{language}: its facts are not those of en, in the same order"
            continue
        if len({p.question for p in pairs}) != len(pairs):
            yield f"{language}: the same question stands twice"
        for ours, theirs in zip(pairs, english, strict=True):
            if figures(ours.answer) != figures(theirs.answer):
                yield f"{language} {ours.id}: figures {figures(ours.answer)}, en has {figures(theirs.answer)}"
            if len(ours.answer.split()) > ANSWER_WORDS_MAX:
                yield f"{language} {ours.id}: the answer has more than {ANSWER_WORDS_MAX} words"


def render(by_language: dict[str, list[Pair]]) -> str:
    """The lines of data.jsonl: language by language, then fact by fact."""
    return "".join(
        json.dumps(asdict(pair), ensure_ascii=False) + "\n" for pairs in by_language.values() for pair in pairs
    )


def load() -> list[Pair]:
    """The pairs of data.jsonl, as train.py and evaluate.py read them."""
    return [Pair(**json.loads(line)) for line in DATA.read_text(encoding="utf-8").splitlines()]


def main() -> int:
    by_language = {language: list(facts(language)) for language in LANGUAGES}
    found = list(problems(by_language))
    for line in found:
        print(line, file=sys.stderr)
    if found:
        return 1
    text = render(by_language)
    if "--check" in sys.argv[1:]:
        same = DATA.exists() and DATA.read_text(encoding="utf-8") == text
        print(f"{DATA.name}: {'as generated' if same else 'is not what the facts give; run generate.py'}")
        return 0 if same else 1
    DATA.write_text(text, encoding="utf-8")
    print(f"{DATA.name}: {text.count(chr(10))} pairs in {len(LANGUAGES)} languages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
