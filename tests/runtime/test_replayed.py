"""Receipts of a real gateway, replayed offline from its exported realm; and one that its operator altered and signed."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import openai
import pytest

from comity.adapters.ledger.receipts import build_receipt, parse_receipt_id
from comity.cli.main import main
from comity.proof.receipt import Receipt, read_receipt
from comity.terms import canon
from comity.testing.gateway import Gateway
from comity.testing.upstream import Upstream, chat
from tests.proof.samples import SIGNER, SampleLog
from tests.runtime.stacks import two_upstreams
from tests.runtime.test_gateway_limits import client

FAR = """\
  far: {model: far, site: austin, url: "https://far.example/v1/secret-path"}
"""


def stack(folder, url):
    """As `two_upstreams`, under law: personal data, and a model that stands where they may not go."""
    file = two_upstreams(folder, url, url, FAR)
    text = (
        file.read_text()
        .replace("law: []", "law: [eu.gdpr]")
        .replace("data: []", "data: [personal], grounds: [eu.art6.contract]")
    )
    text = text.replace(
        "sites:\n", "  columbia: {seat: US}\nsites:\n  austin: {jurisdiction: US, operator: columbia}\n"
    )
    text = text.replace("models:\n", "models:\n  far: {developer: FR}\n")
    until = (datetime.now(UTC) + timedelta(days=30)).date()
    shadow = f"  shadow: {{controller: acme, purpose: general, data: [personal], grounds: [eu.art6.contract], subjects: [FR], observe: {{until: {until}}}}}"
    text = text.replace("applications:\n", f"applications:\n{shadow}\n")
    file.write_text(text)
    return file


ASKED = (
    ("desk", {}, 200),
    ("desk", {"model": "far"}, 451),
    ("shadow", {"model": "small"}, 200),
    ("desk", {"extra_body": {"provider": {"order": ["second"], "allow_fallbacks": False}}}, 200),
    ("desk", {"extra_body": {"provider": {"only": ["nowhere"]}}}, 400),
    ("desk", {"extra_headers": {"Comity-Data": "health"}}, 451),
)


async def receipts(folder):
    """The files of a gateway that was asked all of `ASKED`, and its receipts."""
    async with Upstream(chat("At nine.")) as first:
        gateway = Gateway(stack(folder, first.url), workers=1)
        keys = {name: gateway.new_key("--app", name) for name in ("desk", "shadow")}
        async with gateway:
            answers = [await ask(gateway, keys[name], **more) for name, more, _ in ASKED]
    assert [each.status_code for each in answers] == [status for _, _, status in ASKED]
    named = [parse_receipt_id(each.headers["comity-receipt"]) for each in answers]
    return gateway.state, [build_receipt(gateway.state, *each) for each in named]


async def ask(gateway, key, model="small", **more):
    async with client(gateway, key) as ours:
        try:
            words = [{"role": "user", "content": "When?"}]
            return await ours.chat.completions.with_raw_response.create(model=model, messages=words, **more)
        except openai.APIStatusError as refused:
            return refused.response


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gateway")
    state, files = asyncio.run(receipts(folder))
    bundle = folder / "bundle.json"
    realms = {next(iter(each.values()))["blocks"]["decision"]["realm"] for each in map(shown, files)}
    assert len(realms) == 1
    assert main(["realm", "export", realms.pop()[:16], "--state", str(state), "--out", str(bundle)]) == 0
    return state, files, bundle


def shown(file):
    return {kind: file[kind] for kind in ("intent", "denial") if kind in file}


@pytest.mark.parametrize("number", range(len(ASKED)))
def test_a_receipt_replays_exactly(made, tmp_path, capsys, number):
    state, files, bundle = made
    code, out = verified(files[number], tmp_path, capsys, bundle, state / "log.vkey")
    assert code == 0, out
    assert "as the bundle has them, give exactly this decision" in out
    assert "no witness that you trust has seen this log" in out
    assert "ships with this version of Comity: eu.gdpr" in out
    assert ("Forbidden by Regulation (EU) 2016/679, Art." in out) is (ASKED[number][2] == 451)


def test_the_bundle_has_no_secret_and_no_url(made):
    _, _, bundle = made
    text = bundle.read_text()
    assert "secret-path" not in text and "127.0.0.1" not in text


LIES = {
    "other-tiers": ("tiers", [["far"]]),
    "other-placement": ("placement", "ab" * 32),
    "not-permitted": ("model", "far"),
    "other-realm": ("realm", "ab" * 32),
}


@pytest.mark.parametrize("name", LIES)
def test_an_operator_that_alters_a_placement_and_signs_it_is_caught_by_name(made, tmp_path, capsys, name):
    """Its signatures are good and its tree is sound: nothing but a replay can see it."""
    _, files, bundle = made
    member, value = LIES[name]
    blocks = json.loads(json.dumps(files[0]["intent"]["blocks"]))
    blocks["decision"][member] = value
    log = SampleLog()
    log.append("intent", tuple(canon.encode(blocks[each]) for each in ("party", "decision", "content")))
    forged = log.receipt(0, openings=False).to_json()
    vkey = tmp_path / "vkey"
    vkey.write_text(SIGNER.key.text)
    code, out = verified(forged, tmp_path, capsys, None, vkey)
    assert code == 0, out
    code, out = verified(forged, tmp_path, capsys, bundle, vkey)
    assert code == 1
    assert f"\n  {name}: " in out


def test_closed_blocks_and_programs(made, tmp_path, capsys):
    state, files, bundle = made
    receipt = read_receipt(canon.encode(files[0]))
    closed = {**receipt.entries, "intent": receipt.entries["intent"].close("party")}
    code, out = verified(Receipt(closed, {}).to_json(), tmp_path, capsys, bundle, state / "log.vkey", "--json")
    told = json.loads(out)
    assert code == 1 and told["valid"] and not told["replay"]["holds"] and not told["replay"]["mismatches"]
    assert "Who asked is closed" in told["replay"]["closed"][0]
    code, out = verified(files[0], tmp_path, capsys, bundle, state / "log.vkey", "--json")
    assert code == 0 and json.loads(out)["replay"]["holds"] and json.loads(out)["replay"]["owed"]


def test_realms_are_listed(made, capsys):
    state, _, _ = made
    assert main(["realm", "list", "--state", str(state)]) == 0
    assert "law: eu.gdpr\n1 realm kept" in capsys.readouterr().out
    assert main(["realm", "export", "ffff", "--state", str(state)]) == 2
    assert "no realm ffff is kept" in capsys.readouterr().err


def test_a_bundle_that_is_none(made, tmp_path, capsys):
    state, files, bundle = made
    for text in ("", "[]", '{"comity":1,"realms":[],"conditions":{}}', '{"comity":2,"realms":[],"conditions":[]}',
                 '{"comity":1,"realms":[],"conditions":[{}]}'):  # fmt: skip
        wrong = tmp_path / "wrong.json"
        wrong.write_text(text)
        receipt = tmp_path / "receipt.json"
        receipt.write_bytes(canon.encode(files[0]))
        assert main(["verify", str(receipt), "--key", str(state / "log.vkey"), "--replay", str(wrong)]) == 2
        assert "is no realm bundle" in capsys.readouterr().err
    altered = tmp_path / "altered.json"
    altered.write_text(bundle.read_text().replace('"jurisdiction":"US"', '"jurisdiction":"DE"'))
    code, out = verified(files[1], tmp_path, capsys, altered, state / "log.vkey")
    assert code == 1 and "other-realm" in out


def verified(receipt, folder, capsys, bundle, vkey, *more):
    path = folder / "receipt.json"
    path.write_bytes(canon.encode(receipt))
    replay = ("--replay", str(bundle)) if bundle else ()
    code = main(["verify", str(path), "--key", str(vkey), *replay, *more])
    return code, capsys.readouterr().out
