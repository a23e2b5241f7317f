"""The data port with a certificate: TLS and nothing else."""

import asyncio
import datetime
import http.client
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from comity.runtime.failures import CannotServe
from comity.runtime.tls import server_context
from comity.testing.authority import Authority
from comity.testing.gateway import Gateway
from tests.runtime.stacks import two_upstreams


@pytest.fixture
def certificate(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begins = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(begins + datetime.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert, secret = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert, secret


def test_clients_reach_the_data_port_over_tls_alone(tmp_path, certificate):
    cert, secret = certificate
    file = two_upstreams(tmp_path / "gw", "http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1")
    gateway = Gateway(file, options=("--tls-cert", str(cert), "--tls-key", str(secret)))

    def asks() -> int:
        port = gateway.first["data"][1]
        with pytest.raises((http.client.HTTPException, OSError)):
            plain = http.client.HTTPConnection("localhost", port, timeout=10)
            plain.request("GET", "/healthz")
            plain.getresponse()
        plain.close()
        connection = http.client.HTTPSConnection(
            "localhost", port, timeout=10, context=ssl.create_default_context(cafile=cert)
        )
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
        connection.close()
        return status

    async def main():
        async with gateway:
            assert await asyncio.to_thread(asks) == 200

    asyncio.run(main())


def test_files_that_do_not_belong_together_are_named(tmp_path, certificate):
    cert, _ = certificate
    other = tmp_path / "other.pem"
    other.write_text("no key")
    with pytest.raises(CannotServe, match=r"cert\.pem and .*other\.pem"):
        server_context(str(cert), str(other))
    assert server_context("", "") is None


def test_another_certificate_is_shown_without_a_restart(tmp_path):
    before, after = Authority(tmp_path / "before"), Authority(tmp_path / "after")
    pair, other = before.certificate("localhost"), after.certificate("localhost")
    file = two_upstreams(tmp_path / "gw", "http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1")
    gateway = Gateway(file, options=("--tls-cert", str(pair.certificate), "--tls-key", str(pair.key)))
    operator = gateway.new_key("--role", "operator")

    def trusted(authority) -> bool:
        context = ssl.create_default_context(cafile=authority.file)
        connection = http.client.HTTPSConnection("localhost", gateway.first["data"][1], timeout=10, context=context)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except ssl.SSLCertVerificationError:
            return False
        finally:
            connection.close()

    async def main():
        async with gateway:
            assert await asyncio.to_thread(trusted, before)
            pair.certificate.write_bytes(other.certificate.read_bytes())
            code, _, body = await gateway.ask("POST", "/admin/reload", operator)
            assert code == 422 and b"TLS cannot be spoken" in body  # its key is not there yet
            assert await asyncio.to_thread(trusted, before)
            pair.key.write_bytes(other.key.read_bytes())
            assert (await gateway.ask("POST", "/admin/reload", operator))[0] == 200
            async with asyncio.timeout(20):
                while not await asyncio.to_thread(trusted, after):  # noqa: ASYNC110 - another process tells nobody
                    await asyncio.sleep(0.02)
            assert not await asyncio.to_thread(trusted, before)

    asyncio.run(main())
