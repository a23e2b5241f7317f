"""Metrics as Prometheus reads them, and as the reference lists them."""

import re
from types import SimpleNamespace

from comity.api.metrics import Family, families, histogram, lines
from comity.runtime.observed import BOUNDS_MS, SUM, summed
from tests.tidy.tree import ROOT


def test_a_metric_is_the_text_that_prometheus_reads():
    family = Family("comity_x", "gauge", "Says.", [({}, 1), ({"a": 'quo"te\\ and\nline'}, 253402300799.5)])
    assert "".join(lines(family)) == (
        "# HELP comity_x Says.\n"
        "# TYPE comity_x gauge\n"
        "comity_x 1\n"
        'comity_x{a="quo\\"te\\\\ and\\nline"} 253402300799.5\n'
    )


def test_a_histogram_counts_up_to_each_bound():
    tally = {str(BOUNDS_MS[0]): 2, str(BOUNDS_MS[3]): 1, "": 4, SUM: 12_500}
    text = "".join(lines(Family("comity_x", "histogram", "Says.", histogram(tally)))).splitlines()[2:]
    assert text[0] == 'comity_x_bucket{le="0.005"} 2'
    assert text[3] == 'comity_x_bucket{le="0.05"} 3'
    assert text[-4] == 'comity_x_bucket{le="600"} 3'
    assert text[-3:] == ['comity_x_bucket{le="+Inf"} 7', "comity_x_sum 12.5", "comity_x_count 7"]


def test_counters_of_workers_add_up():
    one, other = {"attempts": {"a|ok": 1}}, {"attempts": {"a|ok": 2, "b|ok": 3}, "tokens": {"desk|input": 4}}
    assert summed(one, other) == {"attempts": {"a|ok": 3, "b|ok": 3}, "tokens": {"desk|input": 4}}


def test_the_reference_lists_every_metric_and_no_other():
    gateway = SimpleNamespace(
        fleet=SimpleNamespace(slots=[], counts=dict, tallies=dict),
        realm=SimpleNamespace(
            stack=SimpleNamespace(deployments={}), valid_until=0, digest="0", packs={}, overdue=frozenset()
        ),
        tokens=SimpleNamespace(troubles={}),
        plan=SimpleNamespace(grants={}),
        nodes=SimpleNamespace(status=list),
        reloading=SimpleNamespace(counts={}),
        listeners=SimpleNamespace(each=[]),
    )
    named = re.findall(r"^\| `(comity_\w+)` \| (\w+)", (ROOT / "docs/reference/metrics.md").read_text(), re.MULTILINE)
    assert sorted(named) == sorted((family.name, family.kind) for family in families(gateway))
