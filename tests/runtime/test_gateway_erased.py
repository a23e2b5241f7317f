"""What was asked under an erasure ref is erased while the gateway serves: receipts of before hold, content is unlinkable."""

import asyncio
import json
from pathlib import Path

import openai
import pytest

from comity.adapters.ledger import ApplicationSalts, entries, shards
from comity.adapters.ledger.audit import audit_shard
from comity.adapters.state import open_state
from comity.cli.main import main
from comity.proof.note import VerifierKey
from comity.proof.policy import Policy
from comity.proof.shape import check_block
from comity.proof.verify import verify_file
from comity.terms import canon
from comity.testing.gateway import Gateway
from comity.testing.upstream import Upstream, chat, slow
from tests.runtime.stacks import two_upstreams

ASK = {"model": "small", "messages": [{"role": "user", "content": "When does the library open?"}]}
REF = "8f3f6d0e-7c1b-4a0a-9b57-patient-7"


async def asked(client, ref=None):
    raw = await client.chat.completions.with_raw_response.create(
        **ASK, extra_headers={"Comity-Erasure-Ref": ref} if ref else {}
    )
    return raw.headers["comity-receipt"]


async def receipt(client, name, ref=None):
    headers = {"Comity-Erasure-Ref": ref} if ref else {}
    return await client.get(f"/receipts/{name}", cast_to=object, options={"headers": headers})


def test_a_ref_is_erased_while_the_gateway_serves(tmp_path: Path) -> None:
    async def walk() -> None:
        async with Upstream(chat("At nine.")) as first, Upstream(chat("At ten.")) as second:
            gateway = Gateway(two_upstreams(tmp_path / "gw", first.url, second.url), workers=2)
            desk = gateway.new_key("--app", "desk")
            async with gateway, openai.AsyncOpenAI(base_url=gateway.url, api_key=desk, max_retries=0) as client:
                mine = [await asked(client, REF) for _ in range(3)]
                other, another = await asked(client), await asked(client, "someone-else")
                known = await receipt(client, mine[0], REF)
                assert "openings" in json.dumps(known)
                assert "openings" not in json.dumps(await receipt(client, mine[0]))
                assert "openings" not in json.dumps(await receipt(client, mine[0], "someone-else"))
                with pytest.raises(openai.BadRequestError, match="128"):
                    await asked(client, "x" * 129)
                told = json.loads(
                    await asyncio.to_thread(gateway.comity, "erase", "--application", "desk", "--ref", REF, "--json")
                )
                assert (told["salts"], told["entries"], told["kept"], told["waiting"]) == (1, 6, {}, 0)
                for name in mine:
                    with pytest.raises(openai.NotFoundError):
                        await receipt(client, name, REF)
                assert "openings" in json.dumps(await receipt(client, other))
                assert "openings" in json.dumps(await receipt(client, another, "someone-else"))
                again = await asked(client, REF)
                assert "openings" in json.dumps(await receipt(client, again, REF))
            assert await gateway.stop() == 0
            holds(gateway.state, known)

    asyncio.run(walk())


def test_a_request_that_was_under_way_leaves_nothing(tmp_path: Path) -> None:
    """Its outcome comes after the order: it goes with its intent as soon as a segment ends, here by another order."""
    gate = asyncio.Event()

    async def walk() -> None:
        answer, came, there = slow(chat("At nine."), gate), [], asyncio.Event()

        async def slowly(request, writer):
            came.append(request)
            if len(came) == 3:
                there.set()
            return await answer(request, writer)

        async with Upstream(slowly) as first, Upstream(slowly) as second:
            gateway = Gateway(two_upstreams(tmp_path / "gw", first.url, second.url), workers=2)
            desk = gateway.new_key("--app", "desk")
            async with gateway, openai.AsyncOpenAI(base_url=gateway.url, api_key=desk, max_retries=0) as client:
                asking = [asyncio.create_task(asked(client, ref)) for ref in (REF, REF, "someone-else")]
                await there.wait()
                mine = json.loads(await asyncio.to_thread(erased, gateway, REF))
                assert (mine["salts"], mine["entries"], mine["waiting"]) == (1, 4, 2)
                gate.set()
                names = await asyncio.gather(*asking)
                assert json.loads(await asyncio.to_thread(erased, gateway, "nobody"))["waiting"] == 0
                for name in names[:2]:
                    with pytest.raises(openai.NotFoundError):
                        await receipt(client, name, REF)
                assert "openings" in json.dumps(await receipt(client, names[2], "someone-else"))
            assert await gateway.stop() == 0
            left = [entry for shard in shards(gateway.state) for entry in entries(gateway.state, shard)]
            assert [entry.kind for entry in left if entry.kind in ("intent", "outcome")] == ["intent", "outcome"]
            whole(gateway.state)

    asyncio.run(walk())


def erased(gateway: Gateway, ref: str) -> str:
    return gateway.comity("erase", "--application", "desk", "--ref", ref, "--json")


def whole(state: Path) -> Policy:
    policy = Policy((VerifierKey.parse((state / "log.vkey").read_text()),))
    for shard in shards(state):
        assert audit_shard(state, shard, policy).findings == []
    return policy


def test_new_refs_are_found_at_once_after_the_whole_application_was_erased(tmp_path: Path) -> None:
    """Before any worker was told: what is asked from then on is under salts that are on the disk."""

    async def walk() -> None:
        async with Upstream(chat("At nine.")) as first, Upstream(chat("At ten.")) as second:
            gateway = Gateway(two_upstreams(tmp_path / "gw", first.url, second.url), workers=2)
            desk = gateway.new_key("--app", "desk")
            async with gateway, openai.AsyncOpenAI(base_url=gateway.url, api_key=desk, max_retries=0) as client:
                for ref in (REF, "another"):
                    await asked(client, ref)
                assert ApplicationSalts(gateway.state).destroy("desk") == 1
                for ref in [REF, "new"] * 4:
                    await asked(client, ref)
                assert [
                    json.loads(await asyncio.to_thread(erased, gateway, ref))["entries"] for ref in (REF, "new")
                ] == [8, 8]
                assert sorted(path.name for path in (gateway.state / "salts").iterdir()) == ["desk"]
            assert await gateway.stop() == 0
            whole(gateway.state)

    asyncio.run(walk())


def holds(state: Path, known: dict) -> None:
    policy = Policy((VerifierKey.parse((state / "log.vkey").read_text()),))
    said = []
    for shard in shards(state):
        audit = audit_shard(state, shard, policy)
        assert audit.findings == []
        said += [entry for entry in entries(state, shard) if entry.kind == "erasure"]
    (erasure,) = {entry.content: entry for entry in said}.values()  # the same may be entered twice
    blocks = [canon.parse(each) for each in (erasure.party, erasure.decision, erasure.content)]
    for name, block in zip(("party", "decision", "content"), blocks, strict=True):
        check_block("erasure", name, block, exact=True)
    assert blocks[0] == {"actor": "console"}
    assert blocks[1]["action"] == "erase"
    assert (blocks[2]["salts"], blocks[2]["entries"]) == (1, 6)
    # a receipt that was fetched before still says what it said, and its bytes can be shown with the opening in it
    verification = verify_file(canon.encode(known), policy)
    assert verification.valid
    # what names the ref, or links what was erased, is in no file of the gateway
    opening = known["intent"]["openings"]["request"] if "openings" in known["intent"] else None
    salts = bytes.fromhex(known["intent"]["blocks"]["content"]["nonce"])
    everything = b"".join(path.read_bytes() for path in state.rglob("*") if path.is_file())
    assert REF.encode() not in everything
    assert salts.hex().encode() not in everything
    assert known["intent"]["blocks"]["content"]["request"].encode() not in everything
    assert opening is None or opening.encode() not in everything


def test_a_legal_hold_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held = """legal_holds:
  - {why: "case 7 C 12/26, court of Paris", until: 2099-12-31, applications: [desk]}
"""
    file = two_upstreams(tmp_path, "http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1")
    file.write_text(file.read_text() + held)
    assert main(["erase", "--application", "desk", "-c", str(file)]) == 1
    assert "legal hold 1 lies on it until 2099-12-31: case 7 C 12/26, court of Paris" in capsys.readouterr().err
    assert main(["erase", "--application", "front", "-c", str(file)]) == 0
    assert main(["erase", "--application", "front", "--ref", "", "-c", str(file)]) == 2


@pytest.mark.parametrize("application", ["dsek", "A B", "../desk", ""])
def test_a_name_that_is_nobodys_is_told(tmp_path: Path, application: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Who mistypes it must not believe that it is done."""
    file = two_upstreams(tmp_path, "http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1")
    assert main(["erase", "--application", application, "-c", str(file)]) == 2
    assert "no application" in capsys.readouterr().err


@pytest.mark.parametrize("ref", ["Zoë", "two words", "x" * 129, "a\nb"])
def test_a_ref_that_no_request_can_have_is_told_and_not_shown(
    tmp_path: Path, ref: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = two_upstreams(tmp_path, "http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1")
    assert main(["erase", "--application", "desk", "--ref", ref, "-c", str(file)]) == 2
    said = capsys.readouterr().err
    assert "visible ASCII" in said and ref not in said


def test_a_damaged_key_is_told_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = two_upstreams(tmp_path, "http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1")
    names = tmp_path / ".comity" / "vault-keys" / "desk" / "names"
    open_state(tmp_path / ".comity")
    names.parent.mkdir(parents=True)
    names.write_bytes(b"x")
    assert main(["erase", "--application", "desk", "-c", str(file)]) == 1
    assert f"comity: {names} is damaged" in capsys.readouterr().err
