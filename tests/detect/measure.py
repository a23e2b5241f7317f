"""Precision and recall of detectors on the labelled set: `make detect`; with a rival beside them, `make detect-rival`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from comity.detect.look import Look
from comity.detect.text import Read
from comity.detect.wanted import DETECTORS, Looks
from tests.detect.labelled import Sentence, sentences

ALL = Looks(tuple(sorted(DETECTORS)))
CLASSES = ("identity", "financial", "contact", "health")


@dataclass
class Score:
    """Of one class: found and there, found and not there, there and not found."""

    true: int = 0
    false: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.true / (self.true + self.false or 1)

    @property
    def recall(self) -> float:
        return self.true / (self.true + self.missed or 1)


def ours(sentence: Sentence) -> tuple[set[str], set[str], str]:
    """Classes, countries, language."""
    seen = Look(Read(sentence.text, 0), ALL).whole()
    return set(seen.data), set(seen.subjects), seen.language


def scored(
    set_: Sequence[Sentence], find: Callable[[Sentence], set[str]], classes: Sequence[str] = CLASSES
) -> dict[str, Score]:
    """Each class over the whole set."""
    scores = {each: Score() for each in classes}
    for sentence in set_:
        found = find(sentence)
        for name, score in scores.items():
            there = name in sentence.classes
            score.true += there and name in found
            score.false += not there and name in found
            score.missed += there and name not in found
    return scores


def main() -> None:
    set_ = sentences()
    ours(set_[0])
    began = time.process_time()
    results = [(each, *ours(each)) for each in set_]
    found = {id(each): classes for each, classes, _, _ in results}
    spent = time.process_time() - began
    print(f"{len(set_)} sentences, CPU time of one {spent / len(set_) * 1e3:.3f} ms")
    for name, score in scored(set_, lambda each: found[id(each)]).items():
        print(f"{name:10} precision {score.precision:.3f} recall {score.recall:.3f} of {score.true + score.missed}")
    announced = [each for each in set_ if each.kind == "announced" or not each.classes]
    score = scored(announced, lambda each: found[id(each)], ["identity"])["identity"]
    print(f"identity, announced: recall {score.recall:.3f} of {score.true + score.missed}")
    hits = [(each, countries) for each, classes, countries, _ in results if each.country and "identity" in classes]
    told = sum(each.country in countries for each, countries in hits)
    print(f"country told rightly: {told / len(hits):.3f} of {len(hits)}")
    alarms = sum(bool(classes) for each, classes, _, _ in results if each.kind == "innocent")
    innocent = sum(each.kind == "innocent" for each in set_)
    print(f"hard negatives in which something was found: {alarms / innocent:.3f} of {innocent}")
    for language in sorted({each.language for each in set_}):
        told = [(each, said) for each, _, _, said in results if each.language == language]
        right = sum(said == language for _, said in told)
        silent = sum(not said for _, said in told)
        print(f"language {language}: right {right / len(told):.3f} silent {silent / len(told):.3f}")
    if "--errors" in sys.argv:
        for each, classes, countries, _said in results:
            if classes != set(each.classes):
                print(sorted(each.classes), sorted(classes), sorted(countries), each.kind, each.text)


if __name__ == "__main__":
    main()
