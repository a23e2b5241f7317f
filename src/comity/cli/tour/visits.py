"""What the tour asks, for whom, and what must come of it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of an application, and what must hold of its answer.

    `expects` names the deployments that may answer; none means that the gateway must refuse. `kill` names a node
    whose process is killed while the request waits on it.
    """

    title: str
    application: str
    language: str
    question: str
    answer: str
    expects: tuple[str, ...]
    stream: bool = False
    kill: str = ""
    headers: dict[str, str] = field(default_factory=dict)


VISITS: tuple[Visit, ...] = (
    Visit(
        "a question about nobody",
        "information",
        "en",
        "How much does a passport cost?",
        "A passport costs 60 florins and is valid for 10 years.",
        ("virginia-civic",),
    ),
    Visit(
        "a citizen's benefits",
        "benefits",
        "es",
        "¿A qué edad puedo jubilarme?",
        "Puede jubilarse a los 64 años, tras 30 años de cotización.",
        ("paris-civic",),
        stream=True,
    ),
    Visit(
        "a patient in Lyon",
        "triage",
        "en",
        "How do I renew my prescription?",
        "Any pharmacy can renew it 3 times. After that you need to see a doctor.",
        ("paris-civic",),
        stream=True,
    ),
    Visit(
        "a bank's customer in Mumbai",
        "teller",
        "hi",
        "मैं बैंक खाता कैसे खोलूँ?",
        "पहचान पत्र लेकर डाक बैंक जाएँ। साधारण खाता मुफ़्त है।",
        ("mumbai-civic",),
    ),
    Visit(
        "a patient in Dubai",
        "reception",
        "ar",
        "كيف أحجز موعداً في العيادة؟",
        "اتصل بالرقم 155 أو اسأل في العيادة. أحضر بطاقتك الصحية.",
        ("dubai-civic",),
        stream=True,
    ),
    Visit(
        "the patient in Lyon, with the record of a patient in Dubai",
        "triage",
        "en",
        "Which number do I call in a medical emergency?",
        "",
        (),
        headers={"Comity-Subjects": "AE"},
    ),
    Visit(
        "the patient in Lyon, and Paris dies while it works on the answer",
        "triage",
        "sw",
        "Kliniki ya wilaya hufunguliwa lini?",
        "Kliniki ya wilaya hufunguliwa Jumatatu hadi Jumamosi, kuanzia 7:00 hadi 18:00.",
        ("lyon-civic",),
        stream=True,
        kill="paris-civic",
    ),
)
