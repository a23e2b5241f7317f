import resource

import pytest

from comity.adapters.http.limits import DEFAULT_LIMITS
from comity.runtime.open_files import RESERVED, SHARES, WANTED, granted, limits_within


@pytest.fixture(autouse=True)
def _as_it_was():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_the_soft_limit_is_raised_to_what_may_be_had():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
    assert granted() == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert granted() == (WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard))


@pytest.mark.parametrize("files", [300, 1_024, 4_096])
def test_connections_leave_the_log_its_files(files):
    limits = limits_within(files)
    assert limits.connections * SHARES <= files - RESERVED
    assert limits.in_flight <= limits.connections


def test_where_files_are_plenty_nothing_changes():
    assert limits_within(WANTED) == DEFAULT_LIMITS
