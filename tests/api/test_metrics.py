from comity.api.metrics import Family, lines


def test_a_metric_is_the_text_that_prometheus_reads():
    family = Family("comity_x", "gauge", "Says.", [({}, 1), ({"a": 'quo"te\\ and\nline'}, 253402300799.5)])
    assert "".join(lines(family)) == (
        "# HELP comity_x Says.\n"
        "# TYPE comity_x gauge\n"
        "comity_x 1\n"
        'comity_x{a="quo\\"te\\\\ and\\nline"} 253402300799.5\n'
    )
