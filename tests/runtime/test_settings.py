from pathlib import Path

import pytest

from comity.runtime.backoff import MOST_S, STEADY_S, Backoff
from comity.runtime.settings import Settings, is_loopback
from comity.terms.errors import UsageFault

HERE = {"stack_file": Path("comity.yaml"), "state": Path(".comity")}


@pytest.mark.parametrize(
    "given",
    [
        {"workers": 0},
        {"workers": 257},
        {"port": 70000},
        {"control_port": -1},
        {"tls_cert": Path("c.pem")},
        {"port": 5000, "control_port": 5000},
    ],
)
def test_what_cannot_be_is_refused(given):
    with pytest.raises(UsageFault, match=r"--|TLS"):
        Settings(**HERE, **given)


def test_the_control_port_speaks_tls_only_beyond_loopback():
    tls = {"tls_cert": Path("c.pem"), "tls_key": Path("k.pem")}
    assert not Settings(**HERE, **tls).control_tls
    assert Settings(**HERE, **tls, control_host="0.0.0.0").control_tls


def test_loopback_is_known_by_its_text():
    assert all(map(is_loopback, ("127.0.0.1", "127.8.8.8", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "10.0.0.1", "gateway.example")))


def test_backoff_doubles_to_a_limit_and_forgets_after_a_steady_life():
    backoff = Backoff()
    waits = [backoff.after(0) for _ in range(12)]
    assert waits[:3] == [0.1, 0.2, 0.4] and waits[-1] == MOST_S
    assert backoff.after(STEADY_S) == 0.1
