"""Attestations: signed notes that make agreements count, and everything that makes one count for nothing."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from msgspec.structs import replace

from comity.law.attestation import (
    DOMAIN,
    MAX_BYTES,
    AttestationError,
    gathered,
    of_agreement,
    of_duty,
    read_document,
    signers,
)
from comity.proof.note import Signer
from comity.stack.agreements import agreement_digest, agreements_between, signed_by
from comity.stack.types import Stack

AVOCAT, STRANGER = Signer("avocat", bytes(range(32))), Signer("avocat", bytes(32))
SIGNED, UNTIL = date(2026, 11, 23), date(2027, 6, 30)
GOLDEN = (
    f"{DOMAIN}\n"
    '{"agreement":{"between":["chu","columbia"],"covers":["frankfurt"],"kinds":["eu.art28","eu.scc-m2"],'
    '"seats":{"chu":"FR","columbia":"IE"},"tia":{"ref":"DPO-14","until":"2027-09-01"},"until":"2027-12-31"},'
    '"origin":"example.org/log","signed":"2026-11-23","until":"2027-06-30"}\n'
)


def stack(**changed: object) -> Stack:
    return msgspec.convert(
        {
            "origin": "example.org/log",
            "law": [],
            "parties": {"chu": {"seat": "FR"}, "columbia": {"seat": "IE"}},
            "agreements": [
                {
                    "between": ["chu", "columbia"],
                    "kinds": ["eu.scc-m2", "eu.art28"],
                    "covers": ["frankfurt"],
                    "until": "2027-12-31",
                    "tia": {"ref": "DPO-14", "until": "2027-09-01"},
                }
            ],
            "sites": {"fra": {"jurisdiction": "DE", "operator": "columbia"}},
            "models": {"small": {"developer": "FR"}},
            "deployments": {"frankfurt": {"model": "small", "site": "fra", "url": ""}},
            "applications": {
                "desk": {"controller": "chu", "purpose": "healthcare", "data": ["personal"], "subjects": ["FR"]}
            },
            "attest": "required",
            "counsel_keys": {"legal": {"key": AVOCAT.key.text}},
            **changed,
        },
        Stack,
    )


def note(of: Stack, signer: Signer = AVOCAT) -> bytes:
    return signer.sign(of_agreement(of, of.agreements[0], SIGNED, UNTIL).text).encode()


def bound(of: Stack, files: dict[str, bytes], on: date = SIGNED) -> int:
    held = replace(of, attested=gathered(of, files)[0])
    return len(agreements_between(held, "chu", "columbia", "frankfurt", on))


def test_the_text_that_is_signed_stays_as_it_is() -> None:
    """A golden vector: whatever changes this makes every attestation that there is count for nothing."""
    assert note(stack()).decode().startswith(GOLDEN + "\n— avocat ")
    assert agreement_digest(stack(), stack().agreements[0]) == (
        "d984f1595c2640b5cfccd1be8b79c2f9c798c1bbe02ca86b250507609267a560"
    )


def test_a_signed_agreement_counts_from_its_signature_to_its_end() -> None:
    files = {"a.note": note(stack())}
    assert bound(stack(), {}) == 0
    assert [bound(stack(), files, day) for day in (date(2026, 11, 22), SIGNED, UNTIL, date(2027, 7, 1))] == [0, 1, 1, 0]
    assert bound(stack(attest="declared"), {}) == 1
    held = replace(stack(), attested=gathered(stack(), files)[0])
    assert signed_by(held, held.agreements[0], SIGNED) == ("legal",)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"origin": "example.org/other"}, "speaks of the stack example.org/log"),
        ({"counsel_keys": {"legal": {"key": STRANGER.key.text}}}, "no signature of a counsel key"),
        ({"counsel_keys": {"legal": {"key": AVOCAT.key.text, "until": "2026-11-22"}}}, "was not in force"),
        ({"counsel_keys": {"legal": {"key": AVOCAT.key.text, "since": "2027-07-01"}}}, "was not in force"),
    ],
)
def test_who_has_no_say_here_has_signed_nothing(changed: dict[str, object], why: str) -> None:
    files = {"a.note": note(stack())}
    assert why in gathered(stack(**changed), files)[1]["a.note"]
    assert bound(stack(**changed), files) == 0


def test_a_key_bounds_what_it_vouches_for() -> None:
    of = stack(counsel_keys={"legal": {"key": AVOCAT.key.text, "since": "2026-12-01", "until": "2026-12-31"}})
    files = {"a.note": note(stack())}
    days = (SIGNED, date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [bound(of, files, day) for day in days] == [0, 1, 1, 0]


@pytest.mark.parametrize(
    "changed",
    [
        {"kinds": ("eu.art28",)},
        {"covers": None},
        {"covers": ("frankfurt", "other")},
        {"until": date(2028, 12, 31)},
        {"since": date(2026, 1, 1)},
        {"tia": None},
        {"between": ("chu", "columbia", "third")},
    ],
)
def test_an_agreement_that_was_changed_since_is_unsigned(changed: dict[str, object]) -> None:
    of = stack(parties={"chu": {"seat": "FR"}, "columbia": {"seat": "IE"}, "third": {"seat": "US"}})
    files = {"a.note": note(of)}
    assert bound(of, files) == 1
    assert bound(replace(of, agreements=(replace(of.agreements[0], **changed),)), files) == 0


def test_a_party_that_moved_is_not_the_one_that_signed() -> None:
    files = {"a.note": note(stack())}
    assert bound(stack(parties={"chu": {"seat": "FR"}, "columbia": {"seat": "US"}}), files) == 0


def test_the_order_of_a_file_makes_no_difference() -> None:
    of = stack()
    turned = replace(of.agreements[0], between=("columbia", "chu"), kinds=("eu.art28", "eu.scc-m2"))
    assert bound(replace(of, agreements=(turned,)), {"a.note": note(of)}) == 1


def test_a_duty_is_vouched_for_with_its_processing_and_paper() -> None:
    of = stack()
    text = of_duty(of, of.applications["desk"], "assess=dpia", "DPO-1", SIGNED, UNTIL).text
    attested, unused = gathered(of, {"d.note": AVOCAT.sign(text).encode()})
    (duty,) = attested.duties
    assert not unused and not attested.agreements
    assert (duty.by, duty.duty, duty.ref, duty.data, duty.until) == (
        "legal",
        "assess=dpia",
        "DPO-1",
        ("personal",),
        UNTIL,
    )


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is no attestation"),
        (b"\xff", "is no attestation"),
        (b"x" * (MAX_BYTES + 1), "is larger than"),
        (AVOCAT.sign("comity/other/v1\n{}\n").encode(), "its text is not"),
        (AVOCAT.sign(f"{DOMAIN}\n{{}}\n").encode(), "is no attestation"),
        (AVOCAT.sign(f"{DOMAIN}\n{{ }}\n").encode(), "canonical"),
        (AVOCAT.sign(f'{DOMAIN}\n{{"origin":"o","signed":"2026-11-23","until":"2026-11-24"}}\n').encode(), "neither"),
        (
            AVOCAT.sign(
                f'{DOMAIN}\n{{"duty":"a=b","origin":"o","signed":"2026-11-23","until":"2026-11-24"}}\n'
            ).encode(),
            "neither",
        ),
        (
            AVOCAT.sign(
                f'{DOMAIN}\n{{"agreement":{{"between":[]}},"origin":"o","signed":"2026-11-23","until":"2026-11-22"}}\n'
            ).encode(),
            "ends on",
        ),
    ],
)
def test_what_is_no_attestation_is_told_and_counts_for_nothing(data: bytes, why: str) -> None:
    with pytest.raises(AttestationError, match=why):
        read_document(data)
    attested, unused = gathered(stack(), {"x.note": data})
    assert not attested.agreements and not attested.duties and why in unused["x.note"]


def test_an_altered_text_is_not_signed() -> None:
    whole = note(stack())
    for at in range(0, len(GOLDEN), 7):
        changed = bytearray(whole)
        changed[at] ^= 1
        assert not gathered(stack(), {"a.note": bytes(changed)})[0].agreements


def test_a_note_may_have_two_signers() -> None:
    text = of_agreement(stack(), stack().agreements[0], SIGNED, UNTIL).text
    one, two = AVOCAT.sign(text), STRANGER.sign(text)
    both = one + two.partition("\n\n")[2]
    read, _ = read_document(both.encode())
    assert signers(read, {"legal": AVOCAT.key, "dpo": STRANGER.key}) == ("dpo", "legal")
    assert signers(read, {"dpo": STRANGER.key}) == ("dpo",)
