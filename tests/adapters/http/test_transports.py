"""TLS in both directions, Unix sockets, a target that changes."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from comity.adapters.http.port import Port
from comity.adapters.http.serve import listen
from comity.relay.target import Timeouts
from comity.testing.upstream import Upstream
from tests.adapters.http.house import QUICK, House, Wire, chat, run


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(built.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


def _server(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


def test_tls_to_an_upstream_whose_authority_is_trusted(certificate: tuple[Path, Path]) -> None:
    async def main() -> None:
        async with House() as house:
            upstream = house.upstreams["tls"] = Upstream()
            await upstream.start(ssl=_server(certificate))
            trusted = ssl.create_default_context(cafile=str(certificate[0]))
            house.gate.reached["paris"] = house.target("paris", upstream.port, tls=trusted)
            for streams in (False, True, False):
                assert (await house.ask(stream=streams)).status == 200
            assert upstream.connections == 1

    run(main())


def test_tls_to_an_upstream_that_is_not_who_it_should_be(certificate: tuple[Path, Path]) -> None:
    async def main() -> None:
        async with House() as house:
            upstream = house.upstreams["tls"] = Upstream()
            await upstream.start(ssl=_server(certificate))
            trusted = ssl.create_default_context(cafile=str(certificate[0]))
            named = house.target("paris", upstream.port, tls=trusted)
            stranger = house.target("paris", upstream.port, tls=ssl.create_default_context())
            for target in (stranger, msgspec.structs.replace(named, host="localhost")):
                house.gate.reached["paris"] = target
                assert (await house.ask()).status == 503
                assert house.outcomes()[-1].decision["attempts"][0]["result"] == "refused"
            assert not upstream.requests

    run(main())


def test_plain_http_to_a_tls_port_and_tls_to_a_plain_one(certificate: tuple[Path, Path]) -> None:
    async def main() -> None:
        async with House() as house:
            upstream = house.upstreams["tls"] = Upstream()
            await upstream.start(ssl=_server(certificate))
            plain = house.upstreams["paris"].port
            house.gate.reached["paris"] = house.target("paris", upstream.port)
            assert (await house.ask()).status == 502
            trusted = ssl.create_default_context(cafile=str(certificate[0]))
            silent = msgspec.structs.replace(house.target("paris", plain, tls=trusted), timeouts=Timeouts(connect=0.1))
            house.gate.reached["paris"] = silent
            assert (await house.ask()).status == 504  # it waits for the rest of a head that never comes
            assert not upstream.requests

    run(main())


def test_tls_to_clients(certificate: tuple[Path, Path]) -> None:
    import asyncio

    async def main() -> None:
        async with House() as house:
            port = Port(house.gate, house.log, receipts=house._receipt, limits=QUICK)
            listener = await listen(port, "127.0.0.1", 0, tls=_server(certificate), reuse_port=False)
            trusted = ssl.create_default_context(cafile=str(certificate[0]))
            wire = Wire(*await asyncio.open_connection(*listener.address, ssl=trusted))
            for streams in (False, True):
                await wire.send(chat(stream=streams))
                assert (await wire.response()).status == 200
            await wire.send(b"rubbish\r\n\r\n")
            assert (await wire.response()).status == 400
            wire.close()
            await listener.drain(0)

    run(main())


def test_an_upstream_behind_a_unix_socket(tmp_path: Path) -> None:
    async def main() -> None:
        async with House() as house:
            upstream = house.upstreams["unix"] = Upstream()
            await upstream.start_unix(str(tmp_path / "s"))
            house.gate.reached["paris"] = house.target("paris", 80, unix=str(tmp_path / "s"))
            assert (await house.ask()).status == 200
            assert upstream.requests[0].headers["host"] == "127.0.0.1"

    run(main())


def test_a_target_that_changes_takes_new_connections_and_the_old_ones_end() -> None:
    async def main() -> None:
        async with House() as house:
            await house.ask()
            second = await house.add("second")
            house.gate.reached["paris"] = house.target("paris", second.port)
            await house.ask()
            assert len(second.requests) == 1
            assert len(house.upstream.requests) == 1

    run(main())


def test_proxy_variables_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")

    async def main() -> None:
        async with House() as house:
            assert (await house.ask()).status == 200
            assert len(house.upstream.requests) == 1

    run(main())
