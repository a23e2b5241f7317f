"""What a real gateway entered, replayed: with nothing changed it is yesterday's placements byte for byte."""

import asyncio
import json
import subprocess
from collections import Counter

import pytest

from comity.adapters.ledger import entries, shards
from comity.adapters.remote_groups import remote_groups
from comity.adapters.rollup import groups_of
from comity.cli.main import main
from comity.terms.errors import Fault
from comity.testing.gateway import COMITY, Gateway
from comity.testing.upstream import Upstream, chat
from tests.runtime.test_replayed import ASKED, ask, stack


async def served(folder):
    """A gateway that was asked all of `ASKED`; the groups of its log over HTTP, and why another key gets none."""
    async with Upstream(chat("At nine.")) as first:
        gateway = Gateway(stack(folder, first.url), workers=1)
        keys = {name: gateway.new_key("--app", name) for name in ("desk", "shadow")}
        auditor = gateway.new_key("--role", "auditor")
        async with gateway:
            for name, more, _ in ASKED:
                await ask(gateway, keys[name], **more)
            host, port = gateway.first["control"]
            url = f"http://{host}:{port}/log/"
            over_http = await asyncio.to_thread(remote_groups, url, auditor)
            with pytest.raises(Fault, match="the key given does not open it"):
                await asyncio.to_thread(remote_groups, url, keys["desk"])
            key, bundle = folder / "auditor.key", folder / "realms.json"
            key.write_text(auditor)
            (digest,) = {asked.realm for asked in over_http}
            gateway.comity("realm", "export", digest, "--out", str(bundle))
            typed = ["replay", "--log", url, "--auditor", str(key), "--realms", str(bundle), "--json"]
            ran = await asyncio.to_thread(subprocess.run, [*COMITY, *typed], check=True, capture_output=True)
    return gateway.stack_file, gateway.state, (over_http, json.loads(ran.stdout))


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    return asyncio.run(served(tmp_path_factory.mktemp("gateway")))


def replayed(capsys, *arguments):
    capsys.readouterr()
    assert main(["replay", *map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_with_no_change_every_placement_of_the_log_is_made_again_byte_for_byte(gateway, capsys):
    stack_file, state, _ = gateway
    logged = Counter(
        json.loads(entry.decision).get("placement", "")
        for shard in shards(state)
        for entry in entries(state, shard)
        if entry.kind in ("intent", "denial")
    )
    assert sum(logged.values()) == len(ASKED)
    report = replayed(capsys, "-c", stack_file)
    assert (report["reproduced"], report["differing"]) == (len(ASKED), 0)
    placed = sum(status == 200 for _, _, status in ASKED)
    assert report["total"]["counts"]["as_before"] == placed
    assert report["total"]["counts"]["still_refused"] == len(ASKED) - placed
    assert report["total"]["before"] == report["total"]["after"]


def test_a_placement_that_the_log_has_otherwise_is_told(gateway, capsys, monkeypatch):
    stack_file, state, _ = gateway
    from msgspec.structs import replace

    import comity.cli.replay as command

    altered = {
        replace(asked, placement="ab" * 32) if asked.placement else asked: sums
        for asked, sums in groups_of(state).items()
    }
    monkeypatch.setattr(command, "groups_of", lambda _: altered)
    report = replayed(capsys, "-c", stack_file)
    assert report["differing"] == sum(status == 200 for _, _, status in ASKED)


def test_over_http_with_an_auditors_key_it_is_the_same_log(gateway, capsys):
    stack_file, state, (over_http, report) = gateway
    assert over_http == groups_of(state)
    capsys.readouterr()
    assert report == replayed(capsys, "-c", stack_file)


def test_a_scenario_refuses_what_it_withdraws(gateway, capsys, tmp_path):
    stack_file, _, _ = gateway
    scenario = tmp_path / "down.yaml"
    scenario.write_text(
        "scenario: down\ntitle: Both sites are down\ndate: 2026-11-23\nchanges:\n  - sites: {down: [paris, lyon]}\n"
    )
    report = replayed(capsys, "-c", stack_file, "--scenario", scenario)
    counts = report["total"]["counts"]
    assert counts["as_before"] == 0 and counts["refused"] == sum(status == 200 for _, _, status in ASKED)
    assert {cause["name"] for cause in report["causes"]} >= {"paris", "lyon"}
    assert report["reproduced"] == len(ASKED)


def test_a_sweep_is_told_and_is_in_the_report(gateway, capsys, tmp_path):
    stack_file, _, _ = gateway
    scenario = tmp_path / "grown.yaml"
    scenario.write_text(
        "scenario: grown\ntitle: More of it\ndate: 2026-11-23\nchanges:\n  - prices: {factor: 1}\n"
        'sweep: {parameter: "changes[0].prices.factor", values: [1, 2, 4]}\n'
    )
    report = replayed(capsys, "-c", stack_file, "--scenario", scenario)
    costs = [int(point["measures"]["cost"]) for point in report["swept"]["points"]]
    assert costs[0] and costs == [costs[0], 2 * costs[0], 4 * costs[0]]
    assert main(["replay", "-c", str(stack_file), "--scenario", str(scenario)]) == 0
    assert "If it were otherwise: prices factor" in capsys.readouterr().out
    assert main(["check", "-c", str(scenario)]) == 0


def test_the_page_and_the_words_are_of_the_same_report(gateway, capsys, tmp_path):
    _, state, _ = gateway
    page = tmp_path / "report.html"
    assert main(["replay", "--log", str(state), "--html", str(page)]) == 0
    assert "go where they went" in page.read_text()
    capsys.readouterr()
    assert main(["replay", "--log", str(state)]) == 0
    said = capsys.readouterr().out
    assert "are what the log has, byte for byte" in said and "go where they went" in said


def test_a_realm_that_is_gone_is_said(gateway, capsys, tmp_path):
    _, state, _ = gateway
    (copied := tmp_path / "state").mkdir()
    (copied / "log").symlink_to(state / "log")
    report = replayed(capsys, "--log", copied)
    assert report["total"]["counts"]["undecided"] == len(ASKED)
    assert any("is not kept" in note for note in report["notes"])
    assert any("cannot be read" in note for note in report["notes"])
