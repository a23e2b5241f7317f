"""What was replaced comes back, whatever the text and however the answer is cut."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.detect.found import Thing
from comity.proof.commitment import Commitment
from comity.relay.pseudonyms import LONGEST, MOST, Pseudonyms, TooMany
from comity.relay.restoring import MOST_WAITING, EventText, Restored, WholeText
from comity.relay.splice import StreamAnswer
from tests.relay.pseudonymised import KEY, STREAMS, THINGS, away, heard, pieces, split, texts

LIMIT = 1024 * 1024
cuts = st.lists(st.integers(0, 2000), max_size=12)


def user(text: str) -> dict[str, object]:
    return {"model": "m", "messages": [{"role": "user", "content": text}]}


def content(body: bytes) -> str:
    return str(json.loads(body)["messages"][0]["content"])


@settings(max_examples=150, deadline=None)
@given(texts, st.booleans(), cuts)
def test_a_request_comes_back_whole_in_any_pieces(text: str, ascii_only: bool, at: list[int]) -> None:
    sent, pseudonyms = away(user(text), ascii_only=ascii_only)
    restorer = WholeText(pseudonyms)
    back = b"".join([restorer.feed(piece) for piece in split(sent, at)]) + restorer.close()
    assert content(back) == text
    assert json.loads(back) == user(text)


@settings(max_examples=150, deadline=None)
@given(texts, st.sampled_from(sorted(STREAMS)), cuts, cuts)
def test_a_stream_comes_back_whole_however_it_is_cut(text: str, dialect: str, words: list[int], at: list[int]) -> None:
    sent, pseudonyms = away(user(text))
    stream = STREAMS[dialect](pieces(content(sent), words))
    restorer = EventText(pseudonyms, LIMIT)
    back = b"".join([restorer.feed(piece) for piece in split(stream, at)]) + restorer.close()
    assert heard(back) == text
    assert back.count(b"\n\n") == stream.count(b"\n\n")  # no event more, none less


@settings(max_examples=60, deadline=None)
@given(texts, st.sampled_from(sorted(STREAMS)), cuts)
def test_arguments_of_tools_come_back_in_json(text: str, dialect: str, words: list[int]) -> None:
    sent, pseudonyms = away(user(json.dumps({"of": text})))
    said = content(sent)
    assert isinstance(json.loads(said)["of"], str)  # still JSON for the deployment
    restorer = EventText(pseudonyms, LIMIT)
    back = restorer.feed(STREAMS[dialect](pieces(said, words))) + restorer.close()
    assert json.loads(heard(back)) == {"of": text}


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_what_is_found_does_not_leave(thing: str, ascii_only: bool) -> None:
    sent, pseudonyms = away(user(f"Write to {thing}, and again to {thing}."), ascii_only=ascii_only)
    bare = thing.removeprefix("Aadhaar ").removeprefix("password: ")
    assert pseudonyms.count == 1  # the same writing, the same token
    assert bare not in content(sent)
    tokens = re.findall(r"[A-Z]+-[a-z2-7]{6}-001", content(sent))
    assert len(tokens) == 2 and len({*tokens}) == 1 and len(tokens[0]) <= LONGEST


def test_keys_ids_files_and_names_stay() -> None:
    mail = "alice@example.com"
    document = {
        "model": mail,
        mail: "x",
        "messages": [
            {"role": "user", "name": mail, "content": [{"type": "image_url", "image_url": {"url": mail}}]},
            {"role": "tool", "tool_call_id": mail, "content": [{"id": mail, "text": "no"}, mail]},
        ],
        "file_ids": [mail],
        "metadata": {"a": [{"type": "x"}, mail]},
    }
    sent, _ = away(document)
    told = json.loads(sent)
    token = told["messages"][1]["content"][1]
    assert token.startswith("EMAIL-") and told["metadata"]["a"][1] == token
    told["messages"][1]["content"][1] = told["metadata"]["a"][1] = mail
    assert told == document


def test_no_token_stands_in_the_text_before() -> None:
    first = Pseudonyms(KEY, (b"",))
    taken = first.replace(b'"alice@example.com"', [Thing("contact", "alice@example.com")])[7:13]
    again = Pseudonyms(KEY, (b"so said " + taken.upper(),))
    other = again.replace(b'"alice@example.com"', [Thing("contact", "alice@example.com")])
    assert other.startswith(b'"EMAIL-') and taken not in other


def test_what_is_written_over_lines_or_slashes_is_cut_where_json_is() -> None:
    text = "Card 4111\t1111\n1111 1111 and"
    sent, pseudonyms = away(user(text))
    assert "1111" not in content(sent)
    assert content(pseudonyms.restore(sent)) == text
    inner = json.dumps({"card": text})
    sent, pseudonyms = away(user(inner))
    assert "1111" not in content(sent)
    assert content(pseudonyms.restore(sent)) == inner


def test_nothing_stays_in_the_cache_of_patterns() -> None:
    sent, pseudonyms = away(user("nobodyelsehasthis@example.com"))
    pseudonyms.restore(sent)
    kept = [str(key) for cache in (re._cache, getattr(re, "_cache2", {})) for key in cache]  # type: ignore[attr-defined]
    assert not any("nobodyelsehasthis" in key for key in kept)


def test_a_table_of_people_is_refused() -> None:
    with pytest.raises(TooMany):
        away(user(" ".join(f"p{number}@example.com" for number in range(MOST + 1))))


def test_a_token_that_was_changed_stays_and_is_counted() -> None:
    sent, pseudonyms = away(user("alice@example.com"))
    token = content(sent).encode()
    for changed in (token.lower(), token[:-3] + b"999", token.replace(b"EMAIL", b"Email")):
        assert pseudonyms.restore(changed) == changed
        pseudonyms.note_changed(changed)
    assert pseudonyms.unrestored == 3
    assert pseudonyms.restore(b"FOR" + token + b"2") == b"FORalice@example.com2"


def test_no_more_waits_than_may() -> None:
    _, pseudonyms = away(user("alice@example.com"))
    stream = STREAMS["messages"](["An E"])
    restorer = EventText(pseudonyms, LIMIT)
    assert restorer.feed(stream[: stream.index(b"event: content_block_stop")]) == b""
    held = b"".join([restorer.feed(b": open\n\n") for _ in range(MOST_WAITING + 1)])
    assert heard(held) == "An E"


def test_what_waits_when_a_stream_is_over_goes_with_its_end() -> None:
    _, pseudonyms = away(user("alice@example.com"))
    commitments = [Commitment(KEY) for _ in range(3)]
    answer = Restored(StreamAnswer("r", commitments[0], commitments[1]), pseudonyms, commitments[2], LIMIT)
    choice = {"index": 0, "delta": {"content": "An E"}, "finish_reason": "stop"}
    stream = b"data: %b\n\n" % json.dumps({"choices": [choice]}).encode()
    assert answer.feed(stream) == b""
    assert answer.close(True) and answer.finish == "stop"
    assert heard(answer.tail) == "An E" and b'"comity":{"receipt":"r"}' in answer.tail
    assert answer.response.length == len(answer.tail) and answer.upstream.length == len(stream)


def test_an_end_goes_on_with_its_block() -> None:
    _, pseudonyms = away(user("alice@example.com"))
    stream = STREAMS["messages"](["An ", "E"])
    last = stream.index(b"event: message_delta")
    assert heard(EventText(pseudonyms, LIMIT).feed(stream[:last])) == "An E"


GOLDEN = {
    "chat": "delta",
    "chat_calls": "arguments",
    "completions": "text",
    "messages": "text",
    "messages_calls": "partial_json",
    "responses": "delta",
}


@pytest.mark.parametrize("dialect", sorted(GOLDEN))
def test_a_token_over_two_events_moves_to_the_second(dialect: str) -> None:
    sent, pseudonyms = away(user("alice@example.com"))
    token = content(sent)
    back = EventText(pseudonyms, LIMIT).feed(STREAMS[dialect](["to ", token[:9], token[9:] + "!"]))
    expected = STREAMS[dialect](["to ", "", "alice@example.com!"])
    assert [json.loads(line[6:]) for line in back.split(b"\n") if line.startswith(b"data: {")] == [
        json.loads(line[6:]) for line in expected.split(b"\n") if line.startswith(b"data: {")
    ]
