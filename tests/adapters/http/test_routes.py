"""Paths, methods, keys, headers in, refusals out."""

from __future__ import annotations

import msgspec
import pytest

from comity.relay.ports import Later, Limited
from comity.terms.citations import Citation
from comity.terms.refusal import Refusal, Refused
from comity.testing.gate import TENANT
from tests.adapters.http.house import House, chat, run

RULE = Citation("eu.gdpr/transfer", "GDPR", "Art. 44", "statute", "no transfer", "choose a place in the EU")
CHOICE = Citation("prudent/x", "house rule", "1", "prudential", "better not")


@pytest.mark.parametrize("path", ["/health/liveliness", "/health/liveness", "/healthz", "/healthz?probe=1"])
def test_liveness_needs_no_key(path: str) -> None:
    async def main() -> None:
        async with House() as house:
            house.gate.why = "the realm ended"
            assert (await house.get(path, headers="")).status == 200

    run(main())


@pytest.mark.parametrize("path", ["/health/readiness", "/readyz"])
def test_readiness_says_why_not(path: str) -> None:
    async def main() -> None:
        async with House() as house:
            assert (await house.get(path, headers="")).status == 200
            house.gate.why = "the realm ended"
            response = await house.get(path, headers="")
            assert (response.status, response.document["why"]) == (503, "the realm ended")
            response = await house.ask()
            assert (response.status, response.error["message"]) == (503, "the realm ended")
            assert not house.log.kept

    run(main())


def test_models_are_listed_for_a_key() -> None:
    async def main() -> None:
        async with House() as house:
            for path in ("/v1/models", "/models?x=y"):
                response = await house.get(path)
                assert [model["id"] for model in response.document["data"]] == ["civic-tiny"]
            assert (await house.get("/v1/models", headers="")).status == 401
            head = await house.get("/v1/models", method="HEAD")
            assert (head.status, head.body) == (200, b"")
            assert int(head.headers["content-length"]) > 0

    run(main())


def test_receipts_are_fetched_by_id() -> None:
    async def main() -> None:
        async with House() as house:
            receipt = (await house.ask()).headers["comity-receipt"]
            await house.outcome()
            response = await house.get(f"/v1/receipts/{receipt}")
            assert response.document["intent"]
            assert (await house.get(f"/receipts/{receipt}?pretty=1")).status == 200
            assert (await house.get(f"/v1/receipts/{receipt}", headers="")).status == 401
            for unknown in ("", "memory001.99", "x", "../../etc", "a" * 200, "memory001.0/x"):
                assert (await house.get(f"/v1/receipts/{unknown}")).status == 404, unknown

    run(main())


def test_a_receipt_that_is_not_there_yet() -> None:
    async def main() -> None:
        async with House() as house:

            async def later(receipt: str, tenant: object) -> None:
                raise Later("the next checkpoint has not come")

            house.port.receipts = later  # type: ignore[assignment]
            response = await house.get("/v1/receipts/memory001.0")
            assert (response.status, response.headers["retry-after"]) == (503, "1")

    run(main())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1", 404),
        ("GET", "/v1/chat/completions/", 404),
        ("GET", "http://x/v1/models", 404),
        ("GET", "/v1/chat/completions", 405),
        ("OPTIONS", "/v1/chat/completions", 405),
        ("DELETE", "/v1/models", 405),
        ("HEAD", "/nothing", 404),
        ("POST", "/v1/fine_tuning/jobs", 404),
    ],
)
def test_other_paths_and_methods(method: str, path: str, status: int) -> None:
    async def main() -> None:
        async with House() as house:
            response = await house.get(path, method=method)
            assert response.status == status
            assert ("allow" in response.headers) == (status == 405)

    run(main())


def test_keys() -> None:
    async def main() -> None:
        async with House() as house:
            for key in ("sk-wrong", "", "sk-test2"):
                response = await house.ask(key=key)
                assert (response.status, response.error["type"]) == (401, "authentication_error")
            wire = await house.connect()  # a 401 keeps the connection, and the right key then works
            await wire.send(chat(key="sk-wrong"))
            assert (await wire.response()).status == 401
            await wire.send(chat().replace(b"authorization: Bearer", b"x-api-key:"))
            assert (await wire.response()).status == 200
            await wire.send(chat().replace(b"Bearer", b"Basic"))
            assert (await wire.response()).status == 401
            wire.close()
            house.gate.tenants[b"sk-auditor"] = msgspec.structs.replace(TENANT, auditor=True)
            assert (await house.ask(key="sk-auditor")).status == 403
            assert (await house.get("/v1/models", headers="x-api-key: sk-auditor\r\n")).document["data"] == []
            assert len(house.upstream.requests) == 1

    run(main())


def test_what_a_header_adds_reaches_the_gate_and_the_entry() -> None:
    async def main() -> None:
        async with House() as house:
            headers = "comity-data: health, personal\r\nComity-Data: health\r\ncomity-subjects: KE\r\n"
            assert (await house.ask(headers=headers)).status == 200
            party = house.log.kept[0].party
            assert party["added"] == {"data": ["health", "personal"], "subjects": ["KE"]}
            assert party["case"]["data"] == ["health", "personal"]
            assert party["case"]["subjects"] == ["FR", "KE"]

    run(main())


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        ("comity-data: gossip\r\n", "gossip"),
        ("comity-data: personal,\r\n", "''"),
        ("comity-subjects: fr\r\n", "fr"),
        ("comity-subjects: Atlantis\r\n", "Atlantis"),
        ("comity-purpose: profit\r\n", "profit"),
        ("comity-data: " + "personal," * 16 + "personal\r\n", "17 values"),
    ],
)
def test_words_that_the_vocabulary_does_not_have(headers: str, named: str) -> None:
    async def main() -> None:
        async with House() as house:
            response = await house.ask(headers=headers)
            assert response.status == 400
            assert named in response.error["message"]
            assert not house.log.kept

    run(main())


def test_a_refusal_by_law_cites_its_rules() -> None:
    async def main() -> None:
        async with House() as house:
            refusal = Refusal("forbidden", "paris may not", "a" * 64, "b" * 64, (Refused("paris", (RULE, CHOICE)),))
            house.gate.refusal = refusal
            response = await house.ask()
            assert response.status == 451
            assert response.error["type"] == "unlawful_placement"
            shown = response.error["refusal"]["candidates"]
            assert shown[0]["deployment"] == "paris"
            assert {"id", "law", "cite", "basis", "remedy"} <= set(shown[0]["rules"][0])
            entry = house.log.kept[0]
            assert entry.decision["rules"] == ["eu.gdpr/transfer", "prudent/x"]
            assert entry.content["status"] == 451
            house.gate.tenants[b"sk-test"] = msgspec.structs.replace(TENANT, disclose="none")
            response = await house.ask()
            assert b"paris" not in response.body
            assert response.error["refusal"]["candidates"][0]["rules"][0]["id"] == "eu.gdpr/transfer"

    run(main())


@pytest.mark.parametrize(
    ("refusal", "status", "kind", "entered"),
    [
        (Refusal("forbidden", "x", "a" * 64, "b" * 64, (Refused("p", (CHOICE,)),)), 403, "policy_placement", True),
        (Refusal("unknown-model", "no such model", "a" * 64), 404, "invalid_request_error", False),
        (Refusal("no-candidate", "nothing is left", "a" * 64), 400, "invalid_request_error", True),
        (Refusal("expired-realm", "the law may have changed", "a" * 64), 503, "server_error", False),
        (Refusal("too-many-cases", "too many at once", "a" * 64), 429, "rate_limit_error", False),
    ],
)
def test_other_refusals(refusal: Refusal, status: int, kind: str, entered: bool) -> None:
    async def main() -> None:
        async with House() as house:
            house.gate.refusal = refusal
            response = await house.ask()
            assert (response.status, response.error["type"]) == (status, kind)
            assert bool(house.log.kept) == entered
            assert ("comity-receipt" in response.headers) == entered
            assert house.upstream.connections == 0

    run(main())


@pytest.mark.parametrize(("reason", "code"), [("forbidden", "not_ready"), ("unknown-model", "model_not_found")])
def test_a_refusal_is_not_entered_under_a_salt_that_is_destroyed(reason: str, code: str) -> None:
    """One that is never entered is told as ever."""

    async def main() -> None:
        async with House() as house:
            house.gate.refusal = Refusal(reason, "x", "a" * 64)  # type: ignore[arg-type]
            house.gate.gone = Limited("What was asked before was erased.", "not_ready", 1_000, status=503)
            response = await house.ask()
            assert response.error["code"] == code
            assert not house.log.kept
            counts = house.port.counts
            assert (counts.denied, counts.broken) == ((0, 1) if code == "not_ready" else (1, 0))

    run(main())


def test_hops_narrow_the_wish_and_what_none_declares_is_named() -> None:
    async def main() -> None:
        async with House() as house:
            image = {"type": "image_url", "image_url": {"url": "https://example.org/x.png"}}
            messages = [{"role": "user", "content": [image]}]
            assert (await house.ask(messages=messages, store=True)).status == 200
            assert house.gate.wishes[-1].hops == ("fetch", "store")
            house.gate.refusal = Refusal("no-candidate", "No deployment declares it.", "a" * 64)
            response = await house.ask(messages=messages)
            assert response.status == 400
            assert "`messages[0].content[0].image_url.url`" in response.error["message"]

    run(main())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'{"model":"civic"}',
        b'{"model":"civic","messages":[]}',
        b'{"messages":[{"role":"user","content":"x"}]}',
        b'{"model":"civic","model":"other","messages":[{"role":"user","content":"x"}]}',
        b'{"model":"civic","messages":[{"role":"user","content":"x"}],"temperature":NaN}',
        b'{"model":"civic","messages":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"model":"civic\\n","messages":[{"role":"user","content":"x"}]}',
        b'{"model":"","messages":[{"role":"user","content":"x"}]}',
        b'{"model":"civic","messages":[{"role":"user","content":"x"}],"previous_response_id":"resp_1"}',
        b'{"model":"civic","messages":[{"role":"user","content":"x"}],"tools":[{"type":"teleport"}]}',
        b'{"model":"civic","messages":[{"role":"user","content":"x"}],"provider":{"sort":"price"}}',
    ],
)
def test_bodies_that_cannot_be_taken(body: bytes) -> None:
    async def main() -> None:
        async with House() as house:
            response = await house.ask(body)
            assert (response.status, response.error["type"]) == (400, "invalid_request_error")
            assert house.upstream.connections == 0
            assert not house.log.kept
            assert (await house.ask()).status == 200

    run(main())


def test_expect_100_continue() -> None:
    async def main() -> None:
        async with House() as house:
            head, _, body = chat(headers="expect: 100-continue\r\n").partition(b"\r\n\r\n")
            wire = await house.connect()
            await wire.send(head + b"\r\n\r\n")
            assert (await wire.head()).status == 100
            await wire.send(body)
            assert (await wire.response()).status == 200
            await wire.send(head.replace(b"sk-test", b"sk-wrong") + b"\r\n\r\n")
            response = await wire.response()  # without the body, which need not come
            assert (response.status, response.headers["connection"]) == (401, "close")
            wire.close()

    run(main())


def test_connection_close_is_honoured() -> None:
    async def main() -> None:
        async with House() as house:
            wire = await house.connect()
            await wire.send(chat(headers="connection: close\r\n"))
            assert (await wire.response()).headers["connection"] == "close"
            assert await wire.closed() == b""
            wire.close()

    run(main())


def test_a_mistake_of_ours_fails_closed() -> None:
    async def main() -> None:
        async with House() as house:

            def broken(*_: object) -> None:
                raise ZeroDivisionError

            house.gate.place = broken  # type: ignore[method-assign, assignment]
            response = await house.ask()
            assert (response.status, response.error["code"]) == (500, "internal_error")
            assert house.upstream.connections == 0

    with pytest.raises(AssertionError, match="could not be begun"):  # told to the loop
        run(main())
