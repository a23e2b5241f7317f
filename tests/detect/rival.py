"""A rival on the same set: the pattern recognisers of presidio-analyzer, without a language model. `make detect-rival`.

Reads the set as JSON lines from standard input, and runs in an environment of its own, which has presidio and not us.
All of its recognisers are on, for every language, with blank tokenisers, so that its context words work.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
import time
from importlib.metadata import version
from typing import Any

LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl", "pl", "hi", "ar")
OF_CLASS = {"EMAIL_ADDRESS": "contact", "PHONE_NUMBER": "contact", "CREDIT_CARD": "financial", "IBAN_CODE": "financial"}
NO_PERSON = re.compile(
    r"VAT|ABN|ACN|VEHICLE|BANK|UEN|GSTIN|BRN|COMPANY|PLATE|POST|PLZ|ABA|ROUTING|PASSPORT|DRIVER|FUEHRER|LICEN|VOTER|KFZ"
    r"|HANDELS|COMMERCIAL|BSNR|LANR|NPI|MBI|UPI|SIREN|SIRET|ORG|CNPJ"
)
"""Entities that are no national identifier of a person as ours are: firms, vehicles, documents."""

THRESHOLDS = (0.0, 0.4)
"""Scores from which a finding counts: its default, and the one that its documents use for filtering."""


def engine() -> Any:
    """An analyzer with every pattern recogniser."""
    import spacy
    import tldextract
    from presidio_analyzer import AnalyzerEngine, PatternRecognizer, RecognizerRegistry, predefined_recognizers
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())  # or it asks the network at its first address

    class Blank(SpacyNlpEngine):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(models=[{"lang_code": name, "model_name": name} for name in LANGUAGES])
            self.nlp = {name: spacy.blank(name) for name in LANGUAGES}

        def load(self) -> None:
            pass

    registry = RecognizerRegistry(supported_languages=list(LANGUAGES))
    known = set()
    for name, kind in vars(predefined_recognizers).items():
        if not inspect.isclass(kind) or inspect.isabstract(kind) or kind is PatternRecognizer or name in known:
            continue
        if issubclass(kind, PatternRecognizer) or name == "PhoneRecognizer":
            for language in LANGUAGES:
                try:
                    registry.add_recognizer(kind(supported_language=language))
                    known.add(name)
                except TypeError:
                    break
    sys.stderr.write(f"{len(known)} recognisers\n")
    return AnalyzerEngine(registry=registry, nlp_engine=Blank(), supported_languages=list(LANGUAGES))


def of(entity: str) -> str:
    """The class of an entity, or empty."""
    if entity in OF_CLASS:
        return OF_CLASS[entity]
    return "identity" if re.match(r"[A-Z]{2}_", entity) and not NO_PERSON.search(entity) else ""


def main() -> None:
    """Print precision and recall at each threshold, and the CPU time."""
    sentences = [json.loads(line) for line in sys.stdin]
    analyzer = engine()
    analyzer.analyze("warm", language="en")
    began = time.process_time()
    results = [
        [(of(found.entity_type), found.score) for found in analyzer.analyze(each["text"], language=each["language"])]
        for each in sentences
    ]
    spent = time.process_time() - began
    print(f"presidio-analyzer {version('presidio-analyzer')}, {len(sentences)} sentences")
    print(f"CPU time of a sentence: {spent / len(sentences) * 1e3:.2f} ms")
    for threshold in THRESHOLDS:
        for name in ("identity", "financial", "contact"):
            true = false = missed = 0
            for each, result in zip(sentences, results, strict=True):
                there, found = name in each["classes"], any(of == name and score >= threshold for of, score in result)
                true, false, missed = (
                    true + (there and found),
                    false + (found and not there),
                    missed + (there and not found),
                )
            print(
                f"from {threshold}: {name:9} precision {true / (true + false or 1):.3f}"
                f" recall {true / (true + missed or 1):.3f} of {true + missed}"
            )


if __name__ == "__main__":
    main()
