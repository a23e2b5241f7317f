"""Where a shard begins: a rise is told, and one that comes too early, or that no entry tells of, is an alarm."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from comity.adapters.ledger import Ledger
from comity.adapters.ledger.minimum import set_minimum
from comity.adapters.ledger.reading import read_what_is_left
from comity.adapters.monitor.alarm import Rise
from comity.adapters.monitor.beginnings import DAY_MS, TELL_MS
from comity.adapters.monitor.cursor import MAX_BYTES, Cursor
from comity.cli.follow import Teller, _duration
from comity.proof.leaf import BLOCKS
from comity.terms import canon
from comity.terms.digests import to_base64
from tests.adapters.ledger.writing import enter, run
from tests.adapters.monitor.conftest import looked_at
from tests.adapters.monitor.test_monitor import Watched
from tests.cli.test_mirror import Public


class Control(Public):
    """A control port that gives entries to an auditor; `lie` is what it does to them before."""

    lie: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = staticmethod(lambda page: page)
    minimum = 0

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if not url.path.startswith("/admin/log/"):
            super().do_GET()
            return
        if self.headers["authorization"] != "Bearer sk-auditor":
            self.send_error(403)
            return
        shard = url.path.split("/")[3]
        first, page = int(parse_qs(url.query)["from"][0]), []
        for index in range(first := max(first, self.minimum), first + 256):
            if (read := read_what_is_left(self.state, shard, index)) is None:
                break
            entry = read[0]
            blocks = {name: getattr(entry, name).decode() for name in BLOCKS}
            page.append({"index": index, "kind": entry.kind, "salt": to_base64(entry.salt), **blocks})
            if entry.intent is not None:
                page[-1]["intent"] = entry.intent
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"minimum": self.minimum, "entries": self.lie(page)}).encode())


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with looked_at(tmp_path, Control) as made:
        yield made


def prune(watched: Watched, index: int) -> None:
    set_minimum(watched.state / "log" / watched.shard, index)


def tell(watched: Watched, minimum: int, shard: str = "") -> None:
    """Enter an erasure that tells of a minimum index."""
    content = {
        "salts": 0,
        "entries": 9,
        "pruned": [{"shard": shard or watched.shard, "minimum": minimum}],
        "times": {"finished": 1},
    }
    blocks = ({"actor": "gateway"}, {"durability": "strict", "action": "prune"}, content)

    async def work(ledger: Ledger) -> None:
        await enter(ledger, "erasure", tuple(map(canon.encode, blocks)))  # type: ignore[arg-type]

    run(watched.state, work)


def test_a_rise_is_told_once_and_is_no_alarm(watched: Watched, capsys: pytest.CaptureFixture[str]) -> None:
    assert watched.names() == []
    assert watched.monitor.rises == []
    prune(watched, 256)
    place = f"{watched.url}/{watched.shard}/minimum"
    assert watched.names() == []
    assert watched.monitor.rises == [Rise(watched.shard, place, 0, 256)]
    for as_json in (False, True):
        teller = Teller(watched.url, as_json=as_json)
        teller.pruned(watched.monitor.rises)
        assert teller.alarms == 0
    words, document = capsys.readouterr().out.splitlines()
    assert words.endswith(f"pruned, shard {watched.shard} at {place}: the minimum index rose from 0 to 256")
    assert json.loads(document).items() >= {"event": "pruned", "before": 0, "minimum": 256}.items()
    watched.begin()  # the cursor knows
    assert watched.names() == []
    assert watched.monitor.rises == []


def test_what_was_to_be_kept_longer_is_missed(watched: Watched) -> None:
    watched.keeps_ms = 30 * DAY_MS
    watched.begin()
    assert watched.names() == []  # of 300 entries nobody here knows how old they are
    watched.now += 2 * DAY_MS
    watched.grow(300)
    assert watched.names() == []
    prune(watched, 300)
    assert watched.names() == []
    assert [rise.minimum for rise in watched.monitor.rises] == [300]
    prune(watched, 301)
    (alarm,) = watched.look()
    assert (alarm.name, alarm.index) == ("pruned-early", 300)
    assert "to be kept for 30 days" in alarm.sentence
    watched.begin()
    assert watched.names() == ["pruned-early"]
    watched.now += 27 * DAY_MS
    assert "pruned-early" in watched.names()
    watched.now += DAY_MS
    assert "pruned-early" not in watched.names()  # they may go from now on


def test_sizes_are_kept_one_a_day_and_while_they_matter(watched: Watched) -> None:
    watched.keeps_ms = 10 * DAY_MS
    watched.begin()
    for _ in range(40):
        watched.now += DAY_MS // 2
        watched.grow(1)
        watched.look()
    sizes = Cursor.read(watched.cursor, watched.url).shards[watched.shard].sizes
    assert 9 <= len(sizes) <= 11
    assert MAX_BYTES // len(json.dumps(sizes)) > 100_000


def test_an_index_that_no_entry_tells_of_is_an_alarm(watched: Watched) -> None:
    watched.key = "sk-auditor"
    watched.begin()
    assert watched.names() == []
    prune(watched, 256)
    assert watched.names() == []  # the entry comes when the pruning is over
    watched.now += TELL_MS
    (alarm,) = watched.look()
    assert (alarm.name, alarm.place) == ("untold-minimum", f"{watched.url}/{watched.shard}/minimum")
    assert "no entry tells of one" in alarm.sentence
    tell(watched, 256, "another00")
    assert watched.names() == ["untold-minimum"]
    tell(watched, 128)
    (alarm,) = watched.look()
    assert "entries tell of 128 at most" in alarm.sentence
    tell(watched, 256)
    assert watched.names() == []
    watched.begin()
    watched.now += 2 * TELL_MS
    assert watched.names() == []
    assert watched.names() == []


def test_an_entry_that_is_not_in_the_tree_tells_nothing(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control port makes one up that tells of what was pruned."""
    made_up = {
        "kind": "erasure",
        "party": '{"actor":"gateway"}',
        "decision": '{"action":"prune","durability":"strict"}',
        "content": '{"entries":9,"pruned":[{"minimum":256,"shard":"SHARD"}],"salts":0,"times":{"finished":1}}'.replace(
            "SHARD", watched.shard
        ),
    }

    def lie(page: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**each, **made_up} if each["index"] == 9 else each for each in page]

    monkeypatch.setattr(Control, "lie", staticmethod(lie))
    watched.key = "sk-auditor"
    watched.begin()
    prune(watched, 256)
    assert watched.names() == ["altered-entry"]
    watched.now += TELL_MS
    assert watched.names() == ["altered-entry", "untold-minimum"]


@pytest.mark.parametrize("minimum", [256, 300])
def test_an_index_for_the_auditor_alone_hides_nothing(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, minimum: int
) -> None:
    """The control port says that much is pruned, or all, so that it is not read; the public file that nothing is."""
    monkeypatch.setattr(Control, "minimum", minimum)
    watched.key = "sk-auditor"
    watched.begin()
    (alarm,) = watched.look()
    assert (alarm.name, alarm.index) == ("gap", 0)
    assert f"pruned below {minimum}" in alarm.sentence
    prune(watched, minimum)
    assert watched.names() == []


def test_without_a_key_nobody_knows_what_entries_tell(watched: Watched) -> None:
    prune(watched, 256)
    for _ in range(3):
        watched.now += TELL_MS
        assert watched.names() == []


def test_what_could_not_be_read_is_not_called_untold(watched: Watched) -> None:
    """The key opens nothing any more: that is what is said."""
    watched.key = "sk-auditor"
    watched.begin()
    prune(watched, 256)
    assert watched.names() == []
    watched.monitor._log.entries = _closed  # type: ignore[method-assign]
    watched.grow(1)
    watched.now += 2 * TELL_MS
    assert watched.names() == ["unreachable"]


def _closed(*_: object) -> tuple[int, list[dict[str, object]]]:
    from comity.adapters.ledger.remote import Unreachable

    raise Unreachable("status 403")


@pytest.mark.parametrize(("said", "days"), [("P3Y", 1095), ("P1Y2M3W4D", 365 + 56 + 21 + 4), ("P90D", 90)])
def test_durations(said: str, days: int) -> None:
    assert _duration(said) == days * DAY_MS


@pytest.mark.parametrize("said", ["", "P", "P0D", "3Y", "PT5M", "P9999Y", "P-1D"])
def test_what_is_no_duration(said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        _duration(said)


def test_both_shards_are_told_of_by_either(watched: Watched) -> None:
    """A resting shard is pruned by the gateway, whose worker writes another."""
    other = Ledger.open(watched.state, "example.org/gw", clock=lambda: 1795406400000)
    second = Ledger.open(watched.state, "example.org/gw", clock=lambda: 1795406400000)
    blocks = tuple(map(canon.encode, ({"actor": "gateway"}, {"durability": "strict", "action": "prune"}, {
        "salts": 0, "entries": 9, "pruned": [{"shard": watched.shard, "minimum": 256}], "times": {"finished": 1},
    })))  # fmt: skip
    assert watched.shard == other.shard
    asyncio.run(enter(second, "erasure", blocks))  # type: ignore[arg-type]
    other.close()
    second.close()
    watched.key = "sk-auditor"
    watched.begin()
    prune(watched, 256)
    for _ in range(3):
        watched.now += TELL_MS
        assert watched.names() == []
