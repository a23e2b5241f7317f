from comity.runtime.worker import trouble


def test_callers_are_not_told_where_the_log_lies():
    assert trouble(None) == ""
    assert trouble("a checkpoint could not be published: '/srv/.comity/log/x'") == "the log cannot make entries durable"
