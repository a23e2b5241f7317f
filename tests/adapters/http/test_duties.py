"""What the gateway says of an answer, and whom it enters as overseer."""

from __future__ import annotations

import json

import pytest

from tests.adapters.http.house import House, run


@pytest.mark.parametrize("words", [(), ("deepfake", "interaction")])
def test_a_disclosure_that_the_law_asks_for_is_a_header_and_a_field_of_the_last_chunk(words: tuple[str, ...]) -> None:
    async def main() -> None:
        async with House() as house:
            house.gate.disclosures = words
            whole = await house.ask()
            stream = await house.ask(stream=True)
            for answer in (whole, stream):
                assert answer.headers.get("comity-disclosure") == (", ".join(words) or None)
            said = [json.loads(line[6:]) for line in stream.body.split(b"\n\n") if b'"comity"' in line]
            assert [chunk["comity"].get("disclosure") for chunk in said] == [list(words) or None]

    run(main())


@pytest.mark.parametrize(
    ("header", "status"), [("", 200), ("duty-nurse", 200), ("Dr. A. Person", 400), ("ward-clerk", 400), (" ", 400)]
)
def test_who_oversees_is_one_of_the_functions_that_the_application_registered(header: str, status: int) -> None:
    async def main() -> None:
        async with House() as house:
            house.gate.oversight = ("duty-nurse", "duty-physician")
            answer = await house.ask(headers=f"comity-oversight: {header}\r\n" if header else "")
            assert answer.status == status
            if status == 400:
                assert not house.log.kept and b"Comity-Oversight" in answer.body
                return
            intent = next(kept for kept in house.log.kept if kept.kind == "intent")
            assert intent.content.get("oversight", "") == header

    run(main())
