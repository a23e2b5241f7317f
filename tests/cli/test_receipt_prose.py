"""A receipt in sentences: what was asked, by whom, under which rules, where it went, what was owed."""

from __future__ import annotations

from typing import Any

import pytest

from comity.cli.receipt_prose import sentences
from comity.proof.verify import verify
from comity.terms import canon
from tests.proof.samples import TRUST, SampleLog, intent, outcome


def told(decision: dict[str, Any], content: dict[str, Any], ended: dict[str, Any], answer: dict[str, Any]) -> str:
    """The sentences of a request: changes of the intent's decision and content, and of the outcome's."""
    log = SampleLog()
    asked = intent(**decision)
    log.append("intent", (*asked[:2], canon.encode(canon.parse(asked[2]) | content)))
    party, decided, said = outcome(0, **answer)
    decided = canon.encode(
        {key: value for key, value in {**canon.parse(decided), **ended}.items() if value is not None}
    )
    log.append("outcome", (party, decided, said))
    result = verify(log.receipt(0, 1), TRUST)
    assert result.valid, result.failure
    return "\n".join(sentences(result))


def test_the_five_questions_are_answered() -> None:
    said = told(
        {"obligations": ["eu.gdpr/art28"], "duties": {"done": ["log.retain_min=P6M"]}, "assumptions": ["absent/x"]},
        {},
        {},
        {"usage": {"prompt_tokens": 7, "completion_tokens": 2}, "cost": {"amount": 1_500_000, "currency": "EUR"}},
    )
    for sentence in (
        "Asked at 2026-11-23 04:00:00 UTC by application triage of chu-lyon: infer for healthcare, on data that is health",
        "Ruled under realm abababababab…, ruling abababababab…: no rule in force there forbade model mistral-small at",
        "Answered by paris, after lyon failed.",
        "Obliged by: eu.gdpr/art28.",
        "Duties that the gateway did: log.retain_min=P6M.",
        "What else those rules oblige to was owed",
        "Tokens: 7 in, 2 out. Cost: 0.0015 EUR by the stack's prices.",
    ):
        assert sentence in said


@pytest.mark.parametrize(
    ("decision", "content", "ended", "answer", "sentence"),
    [
        ({"wish": {"only": ["paris"], "allow_fallbacks": False, "max_price": {"input": "1.5"}}}, {}, {}, {},
         "Whoever asked narrowed it: only paris; no fallbacks; at most 1.5 for input."),
        ({}, {"pseudonymised": 3}, {}, {"unrestored": 1}, "3 different texts in it were replaced by tokens"),
        ({}, {}, {}, {"unrestored": 1}, "1 tokens came back so changed"),
        ({}, {}, {"cached": 41, "attempts": []}, {},
         "Sent to no deployment: the answer, which paris made, to the request with intent 41 was given again."),
        ({}, {}, {"deployment": None, "attempts": []}, {"finish": "lost"}, "what was answered is not known"),
        ({}, {}, {}, {"kept": "2026-12-23"}, "What was asked and answered is kept, sealed, until 2026-12-23."),
        ({}, {}, {"profile": {"weights": "ab" * 32, "engine": "e 1", "context": 1, "threads": 1, "slots": 1}}, {},
         f"the same request gives the same answer, from the weights {'ab' * 32} by e 1; an audit can run it again."),
        ({"durability": "relaxed"}, {}, {}, {}, "may have gone out before this entry was on disk"),
        ({"mode": "observe", "rules": ["eu.gdpr/art44"]}, {}, {}, {}, "Observed only, not enforced"),
        ({}, {}, {}, {"usage": {"prompt_tokens": 7, "completion_tokens": 2, "estimated": True}},
         "2 out, counted by the gateway."),
    ],
)  # fmt: skip
def test_what_else_there_is_to_say(
    decision: dict[str, Any], content: dict[str, Any], ended: dict[str, Any], answer: dict[str, Any], sentence: str
) -> None:
    assert sentence in told(decision, content, ended, answer)
