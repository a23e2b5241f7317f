import socket

import pytest

from comity.runtime.failures import CannotServe
from comity.runtime.listening import address_of, listen, reserve


def test_workers_share_a_reserved_port_and_another_gateway_does_not():
    held = reserve("127.0.0.1", 0, "--port")
    _, port = address_of(held)
    workers = []
    try:
        for _ in range(2):
            worker = socket.socket()
            worker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            worker.bind(("127.0.0.1", port))
            worker.listen()
            workers.append(worker)
        with socket.create_connection(("127.0.0.1", port)):
            pass
        with pytest.raises(CannotServe, match=rf"port {port} on 127.0.0.1 is in use .* with --port"):
            reserve("127.0.0.1", port, "--port", patience_s=0)
    finally:
        for each in (held, *workers):
            each.close()


def test_a_port_that_is_let_go_soon_is_waited_for():
    held = listen("127.0.0.1", 0, "--control-port")
    _, port = address_of(held)
    held.close()
    listen("127.0.0.1", port, "--control-port").close()


def test_an_address_of_another_machine_is_named():
    with pytest.raises(CannotServe, match=r"192\.0\.2\.1"):
        listen("192.0.2.1", 0, "--port")
