"""The table of replays: what it says of a run, and that its scenarios are of the made stack."""

import json

from bench.made.spans import stack_file
from bench.made.trace import SAID
from bench.replay import HEADS, SCENARIOS, _page

from comity.adapters.packs import load_packs
from comity.posture.scenario.read import read_scenario

ROW = {
    "requests": 1_007_032,
    "bytes": 14_200_000,
    "groups": 24_168,
    "group_s": 0.5,
    "group_cpu_s": 0.9,
    "rss_mb": 159.4,
    "as_it_was_s": 12.0,
    "reproduced": 1_007_032,
    "first_s": 1.0,
    "second_s": 0.5,
    "without_why_s": 0.25,
    "all_rss_mb": 900.2,
}


def test_the_page_says_what_was_measured_and_that_it_was_made():
    page = _page({"cpu": "A", "cores": "2", "file system of the log": "ext4"}, [ROW])
    assert SAID in page
    assert "cpu A; cores 2; 2 cores used" in page
    head, rule, row = page.strip().splitlines()[-3:]
    assert [cell.strip() for cell in head.strip("|").split("|")] == [name for name, _ in HEADS]
    assert [cell.strip() for cell in row.strip("|").split("|")][:5] == ["1,007,032", "14", "24,168", "0.5", "2.0"]
    assert "100.00%" in row
    assert len(head) == len(rule) == len(row)


def test_its_scenarios_name_what_the_made_stack_has():
    stack = stack_file().stack
    lists = {name for pack in load_packs(stack.law) for name in pack.groups}
    for day, changes, _ in SCENARIOS:
        document = {"scenario": "bench", "title": "bench", "date": "2026-11-23", "from": day, "changes": changes}
        assert read_scenario(json.dumps(document).encode(), "bench").scenario is not None
        for change in changes:
            assert set(change.get("suppliers", {}).get("withdraw", ())) <= set(stack.parties)
            assert set(change.get("adequacy", {}).get("strike", ())) <= lists
