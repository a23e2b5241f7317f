"""An audit of content: what honest nodes answer is the same again, and whoever lies is caught."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openai
import pytest
from msgspec import structs

from comity.adapters.ledger.reading import entries, shards
from comity.adapters.node import EmbeddedNode, Sizes, card, locate
from comity.adapters.vault import Kept, destroy, find
from comity.adapters.vault.keys import key_path, read_key
from comity.adapters.vault.sealing import NO_REF, sealed
from comity.adapters.vault.shelves import shelves
from comity.proof.shape import check_block
from comity.runtime.auditing import BAD, Auditor, Result
from comity.terms import canon
from comity.testing.gateway import Gateway
from tests.adapters.node.weights import four_bits, nudged
from tests.runtime.liars import Between, another_word, more_tokens

QUESTION = "What is the capital of Velmora?"
ODD = "What is the capital clinic open blood pressure office at the river?"
WEIGHTS = str(card("civic-tiny")["sha256"])


def stack(folder: Path, engine: str, **urls: str) -> Path:
    """The shipped model inside the gateway, and deployments at `urls` that promise to be the same."""
    promise = f'{{weights: {WEIGHTS}, engine: "{engine}"}}'
    file = folder / "comity.yaml"
    more = "".join(
        f'  {name}: {{model: m-{name}, site: lyon, url: "{url}", exact: {promise}}}\n' for name, url in urls.items()
    )
    models = "".join(f"  m-{name}: {{developer: FR}}\n" for name in urls)
    file.write_text(
        f"""
origin: test.example/gateway
law: []
gateway: {{site: lyon}}
uncovered: [{{jurisdiction: FR, data: [personal], why: a test, until: 2199-12-31}}]
parties: {{acme: {{seat: FR}}}}
sites: {{lyon: {{jurisdiction: FR, operator: acme}}}}
models:
  civic-tiny: {{developer: FR}}
{models}deployments:
  local: {{model: civic-tiny, site: lyon, url: "embedded:civic-tiny", exact: {{}}, serves: [chat, completions]}}
{more}applications:
  desk: {{controller: acme, purpose: general, data: [], subjects: [FR], vault: {{keep: P30D}}}}
  front: {{controller: acme, purpose: general, data: [], subjects: [FR]}}
  masked: {{controller: acme, purpose: general, data: [], subjects: [FR], vault: {{keep: P30D}}, pseudonymise: [contact]}}
"""
    )
    return file


@asynccontextmanager
async def served(folder: Path, **urls: str) -> AsyncIterator[tuple[Gateway, openai.AsyncOpenAI, list[str]]]:
    """The gateway, a client of `desk`, and the keys of `front`, an auditor, an operator and `masked`."""
    gateway = Gateway(stack(folder, ENGINE, **urls))
    desk, *keys = [
        gateway.new_key(*holder)
        for holder in (
            *(("--app", "desk"), ("--app", "front"), ("--role", "auditor"), ("--role", "operator")),
            ("--app", "masked"),
        )
    ]
    async with gateway, openai.AsyncOpenAI(base_url=gateway.url, api_key=desk, max_retries=0) as client:
        yield gateway, client, keys


ENGINE = ""


@pytest.fixture(autouse=True, scope="module")
def engine() -> None:
    pytest.importorskip("xllamacpp")
    global ENGINE
    from comity.adapters.node.engine import version

    ENGINE = version()


async def ask(client: openai.AsyncOpenAI, model: str, question: str = QUESTION, **more: Any) -> str:
    """A question; the receipt's id."""
    raw = await client.chat.completions.with_raw_response.create(
        model=model, messages=[{"role": "user", "content": question}], **more
    )
    if more.get("stream"):
        async for _ in raw.parse():
            pass
    return str(raw.headers["comity-receipt"])


async def judged(state: Path, *receipts: str, days: int = 0) -> list[Result]:
    today = datetime.now(UTC).date() + timedelta(days)
    async with Auditor(state, today) as auditor:
        found = []
        for receipt in receipts:
            shard, _, index = receipt.partition(".")
            result = await auditor.judge(shard, int(index))
            assert result is not None
            found.append(result)
        return found


def outcome(state: Path, receipt: str) -> tuple[dict[str, Any], dict[str, Any]]:
    shard, _, index = receipt.partition(".")
    (found,) = [entry for entry in entries(state, shard) if entry.intent == int(index)]
    decision, content = canon.parse(found.decision), canon.parse(found.content)
    check_block("outcome", "decision", decision, exact=True)
    check_block("outcome", "content", content, exact=True)
    return decision, content


def test_an_honest_node_answers_the_same_again(tmp_path: Path) -> None:
    async def main() -> None:
        async with served(tmp_path) as (gateway, client, keys):
            plain = {"max_tokens": 40}
            asked = [
                await ask(client, "civic-tiny", ODD, **plain),
                await ask(client, "civic-tiny", ODD, **plain, temperature=0.8, seed=11),
                await ask(client, "civic-tiny", ODD, **plain, stream=True),
                await ask(client, "civic-tiny", ODD, **plain, stream=True, logprobs=True),
                await ask(client, "civic-tiny", ODD, **plain, logprobs=True, top_logprobs=2, n=1),
            ]
            asked += await asyncio.gather(*(ask(client, "civic-tiny", f"{ODD} {n}", logprobs=True) for n in range(8)))
            translated = client.responses.with_raw_response
            for stream in (False, True):
                raw = await translated.create(model="civic-tiny", input=ODD, max_output_tokens=40, stream=stream)
                events: Any = raw.parse()
                if stream:
                    async for _ in events:
                        pass
                asked.append(str(raw.headers["comity-receipt"]))
            finished = await client.completions.with_raw_response.create(model="civic-tiny", prompt=ODD, max_tokens=20)
            asked.append(str(finished.headers["comity-receipt"]))
            lucky = await ask(client, "civic-tiny", temperature=0.9)
            kept_nowhere = await ask(client.with_options(api_key=keys[0]), "civic-tiny")
        results = await judged(gateway.state, *asked)
        assert [each.result for each in results] == ["agrees"] * len(asked)
        decision, content = outcome(gateway.state, asked[1])
        assert decision["profile"]["weights"] == WEIGHTS
        assert decision["profile"]["slots"] == 1
        assert content["sampling"] == {"seed": 11, "temperature": "0.8"}
        assert [each.result for each in await judged(gateway.state, lucky, kept_nowhere)] == ["unseeded", "not-kept"]
        assert QUESTION.encode() not in b"".join(p.read_bytes() for p in gateway.state.rglob("*") if p.is_file())

    asyncio.run(main())


def test_whoever_serves_something_else_is_caught(tmp_path: Path) -> None:
    """Another quantisation, another model, an altered word, more tokens on the bill: each by a node that promises the
    shipped weights."""

    async def main() -> None:
        real = locate("embedded:civic-tiny", models=None)
        (tmp_path / "own").mkdir()
        sizes = Sizes(1024, 1, 1)
        nodes = [
            EmbeddedNode(path, sizes=sizes)
            for path in (real, four_bits(tmp_path / "own/q4.gguf"), nudged(tmp_path / "own/other.gguf"))
        ]
        honest, quantised, trained = [await node.start() for node in nodes]
        between = {
            "honest": Between(honest),
            "quantised": Between(quantised),
            "trained": Between(trained),
            "altered": Between(honest, another_word),
            "billed": Between(honest, more_tokens),
        }
        try:
            async with served(tmp_path, **{name: each.url for name, each in between.items()}) as (gateway, client, _):
                told = {name: [await ask(client, f"m-{name}", logprobs=True)] for name in between}
                for name in ("honest", "altered"):
                    told[name] += [await ask(client, f"m-{name}"), await ask(client, f"m-{name}", stream=True)]
        finally:
            for each in between.values():
                await asyncio.to_thread(each.close)
            for node in nodes:
                await node.stop()
        found = {name: await judged(gateway.state, *receipts) for name, receipts in told.items()}
        kinds = {name: [each.result for each in results] for name, results in found.items()}
        assert kinds == {
            "honest": ["agrees"] * 3,
            "quantised": ["differs"],
            "trained": ["differs"],
            "altered": ["differs"] * 3,
            "billed": ["miscounted"],
        }
        assert {each.at for each in found["altered"]} == {1}  # "The Other of Velmora"
        assert found["quantised"][0].at == found["trained"][0].at == 0  # the first logarithm already

    asyncio.run(main())


def test_what_cannot_be_run_again_says_why(tmp_path: Path) -> None:
    """A promise that cannot be kept here is no lie, and no agreement."""

    async def main() -> None:
        node = EmbeddedNode(locate("embedded:civic-tiny", models=None), sizes=Sizes(1024, 1, 1))
        between = Between(await node.start())
        kept = f'exact: {{weights: {WEIGHTS}, engine: "{ENGINE}"}}'
        promised = {
            "version": f'exact: {{weights: {WEIGHTS}, engine: "another 1.0"}}',
            "cpu": f'exact: {{weights: {WEIGHTS}, engine: "{ENGINE}", cpu: none-such}}',
            "weights": f'exact: {{weights: {"0" * 64}, engine: "{ENGINE}"}}',
            "vague": "serves: [chat]",
            "away": kept,
        }
        file = stack(tmp_path, ENGINE, **dict.fromkeys(promised, between.url))
        lines = file.read_text().splitlines()
        for name, promise in promised.items():
            (at,) = (number for number, line in enumerate(lines) if line.startswith(f"  {name}: "))
            lines[at] = lines[at].replace(kept, promise)
        file.write_text("\n".join(lines))
        gateway = Gateway(file)
        desk = gateway.new_key("--app", "desk")
        async with gateway, openai.AsyncOpenAI(base_url=gateway.url, api_key=desk, max_retries=0) as client:
            asked = {name: await ask(client, f"m-{name}") for name in promised if name != "away"}
            await asyncio.to_thread(between.close)
            await node.stop()
            with pytest.raises(openai.APIStatusError) as failed:
                await ask(client, "m-away")
            asked["away"] = failed.value.response.headers["comity-receipt"]
        results = await judged(gateway.state, *asked.values())
        assert dict(zip(asked, (each.result for each in results), strict=True)) == {
            "version": "other-engine",
            "cpu": "other-cpu",
            "weights": "no-weights",
            "vague": "inexact",
            "away": "unanswered",
        }
        assert not BAD & {each.result for each in results}

    asyncio.run(main())


def test_what_the_vault_lost_or_altered_is_told_from_what_was_erased_or_over(tmp_path: Path) -> None:
    async def main() -> None:
        async with served(tmp_path) as (gateway, client, _):
            one, two = await ask(client, "civic-tiny"), await ask(client, "civic-tiny", ODD, max_tokens=9)
        state = gateway.state
        assert [each.result for each in await judged(state, one, two, days=31)] == ["agrees", "agrees"]  # a hold, say
        ((path, _, _),) = shelves(state, "desk")
        whole = path.read_bytes()
        path.write_bytes(whole[:-40] + bytes(40))
        assert [each.result for each in await judged(state, one, two)] == ["agrees", "altered"]
        path.write_bytes(whole[: len(whole) // 3])
        assert [each.result for each in await judged(state, one, two)] == ["missing", "missing"]
        assert [each.result for each in await judged(state, one, two, days=31)] == ["expired", "expired"]
        path.write_bytes(whole)
        destroy(state, "desk")
        assert [each.result for each in await judged(state, one, two)] == ["erased", "erased"]
        assert [each.result for each in await judged(state, one, days=31)] == ["expired"]

    asyncio.run(main())


def test_whoever_has_the_keys_cannot_put_a_better_answer_into_the_vault(tmp_path: Path) -> None:
    """A liar's operator seals what an honest node would have answered: the log has a commitment to the other."""

    async def main() -> None:
        node = EmbeddedNode(locate("embedded:civic-tiny", models=None), sizes=Sizes(1024, 1, 1))
        honest = await node.start()
        liar, plain = Between(honest, another_word), Between(honest)
        try:
            async with served(tmp_path, liar=liar.url, plain=plain.url) as (gateway, client, _):
                lie, truth = await ask(client, "m-liar"), await ask(client, "m-plain")
        finally:
            for each in (liar, plain):
                await asyncio.to_thread(each.close)
            await node.stop()
        state = gateway.state
        assert [each.result for each in await judged(state, lie, truth)] == ["differs", "agrees"]
        found = {receipt: find(state, "desk", receipt) for receipt in (lie, truth)}
        bad, good = found[lie], found[truth]
        assert isinstance(bad, Kept) and isinstance(good, Kept)
        key = read_key(key_path(state, "desk", bad.due, NO_REF))
        assert key is not None
        for better in (
            structs.replace(bad, response=good.response),
            structs.replace(bad, response=good.response, openings=good.openings),
        ):
            (path, _, _) = next(shelf for shelf in shelves(state, "desk") if shelf[2] == lie.partition(".")[0])
            path.write_bytes(sealed(better, key, NO_REF, bytes(12)))
            assert [each.result for each in await judged(state, lie)] == ["altered"]

    asyncio.run(main())


def test_of_pseudonymised_requests_the_pseudonyms_are_kept(tmp_path: Path) -> None:
    async def main() -> None:
        async with served(tmp_path) as (gateway, client, keys):
            masked = client.with_options(api_key=keys[3])
            question = f"{ODD} ada@example.org?"
            asked = [
                await ask(masked, "civic-tiny", question, max_tokens=40, stream=stream) for stream in (False, True)
            ]
        assert [each.result for each in await judged(gateway.state, *asked)] == ["agrees", "agrees"]
        for receipt in asked:
            kept = find(gateway.state, "masked", receipt)
            assert isinstance(kept, Kept)
            assert b"ada@example.org" not in kept.request + kept.response

    asyncio.run(main())


def test_what_is_kept_under_an_erasure_ref_ends_with_it(tmp_path: Path) -> None:
    async def main() -> None:
        async with served(tmp_path) as (gateway, client, _):
            plain = await ask(client, "civic-tiny")
            of_ref = await ask(client, "civic-tiny", extra_headers={"Comity-Erasure-Ref": "case-2026-114"})
        state = gateway.state
        assert [each.result for each in await judged(state, plain, of_ref)] == ["agrees", "agrees"]
        assert destroy(state, "desk", "case-2026-114") == 1
        assert [each.result for each in await judged(state, plain, of_ref)] == ["agrees", "erased"]

    asyncio.run(main())


def test_what_the_log_says_is_kept_is_there_after_a_kill(tmp_path: Path) -> None:
    async def main() -> None:
        gateway = Gateway(stack(tmp_path, ENGINE), workers=2)
        key = gateway.new_key("--app", "desk")
        async with gateway, openai.AsyncOpenAI(base_url=gateway.url, api_key=key, max_retries=0) as client:
            asked = [asyncio.create_task(ask(client, "civic-tiny", f"{ODD} {number}")) for number in range(40)]
            await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            await gateway.kill()
            await asyncio.gather(*asked, return_exceptions=True)
        kept = [
            f"{shard}.{entry.intent}"
            for shard in shards(gateway.state)
            for entry in entries(gateway.state, shard)
            if entry.kind == "outcome" and "kept" in canon.parse(entry.content)
        ]
        assert kept
        assert {each.result for each in await judged(gateway.state, *kept)} == {"agrees"}

    asyncio.run(main())


def test_samples_are_entered_by_an_auditor_alone(tmp_path: Path) -> None:
    async def main() -> None:
        async with served(tmp_path) as (gateway, _, keys):
            _, auditor, operator, _ = keys
            body = {
                "action": "sample.commit",
                "entries": [{"target": "ab", "sample": {"commitment": "ab" * 32, "rate": 20_000}}],
            }
            status, _, answer = await gateway.ask("POST", "/admin/samples", auditor, json.dumps(body).encode())
            assert status == 200
            (entry,) = json.loads(answer)["entries"]
            assert (await gateway.ask("POST", "/admin/samples", operator, json.dumps(body).encode()))[0] == 403
            wrongs: tuple[dict[str, Any], ...] = (
                {"action": "key.new"},
                {"action": "sample.reveal"},
                {"entries": []},
                {"entries": [{"target": "ab", "sample": {"commitment": "ab" * 32, "rate": 0}}]},
                {"entries": [{"target": "ab", "sample": {"commitment": "ab" * 32, "rate": 1, "at": 3}}]},
            )
            for wrong in wrongs:
                assert (await gateway.ask("POST", "/admin/samples", auditor, json.dumps(body | wrong).encode()))[
                    0
                ] == 422
        (shard,) = shards(gateway.state)
        found = {f"{shard}.{each.index}": each for each in entries(gateway.state, shard)}
        content = canon.parse(found[entry].content)
        check_block("audit", "content", content, exact=True)
        assert content["sample"] == {"commitment": "ab" * 32, "rate": 20_000}
        assert Counter(each.kind for each in found.values())["audit"] == 6  # five keys were made

    asyncio.run(main())
