"""`comity serve` that does not start: everything that is wrong is said, and nothing listens."""

import os
import socket
import subprocess

from comity.adapters.state import StateLock, open_state
from comity.cli.announcement import notes
from comity.cli.main import main
from comity.testing.gateway import COMITY
from tests.cli.conftest import SMALL


def refused(capsys, *options):
    status = main(["serve", *options])
    return status, capsys.readouterr().err


def test_all_problems_of_the_stack_are_listed(file, capsys):
    file.write_text(SMALL.replace("model: small", "model: smal").replace("operator: FR", "operator: nobody"))
    status, told = refused(capsys, "-c", str(file))
    assert status == 1
    assert "comity.yaml:9" in told and "smal" in told and "nobody" in told
    assert not (file.parent / ".comity").exists()


def test_a_missing_credential_is_named(file, capsys):
    file.write_text(SMALL.replace('/v1"}', '/v1", key: env:COMITY_TEST_NO_SUCH_KEY}'))
    status, told = refused(capsys, "-c", str(file))
    assert status == 1 and "COMITY_TEST_NO_SUCH_KEY" in told


def test_one_gateway_to_a_state_folder(file, capsys):
    lock = StateLock(open_state(file.parent / ".comity"))
    status, told = refused(capsys, "-c", str(file))
    lock.release()
    assert status == 1 and "another gateway" in told and "--state" in told


def test_a_port_in_use_is_named_with_the_way_out(file, capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        status, told = refused(capsys, "-c", str(file), "--port", "0", "--control-port", str(port))
    assert status == 1 and f"port {port}" in told and "--control-port" in told


def test_impossible_options_are_named(file, capsys):
    status, told = refused(capsys, "-c", str(file), "--workers", "0")
    assert status == 2 and "--workers 0" in told


def test_a_certificate_that_cannot_be_read_is_said_before_it_serves(file, capsys):
    missing = str(file.parent / "none.pem")
    status, told = refused(
        capsys, "-c", str(file), "--port", "0", "--control-port", "0", "--tls-cert", missing, "--tls-key", missing
    )
    assert status == 1 and "none.pem" in told


def test_what_an_operator_should_not_overlook_is_noted(tmp_path):
    from datetime import date

    from comity.adapters.stack_files import read_stack_file

    path = tmp_path / "comity.yaml"
    gap = "[{jurisdiction: KE, data: [personal], why: pilot, until: 2027-01-31}]"
    path.write_text(
        SMALL.replace("subjects: [FR]}", "subjects: [FR], observe: {until: 2026-12-31}}")
        + f"durability: relaxed\nuncovered: {gap}\n"
    )
    told = "\n".join(notes(read_stack_file(path, {}, date(2026, 11, 23)).stack))
    assert "NOT enforced" in told and "relaxed" in told and "KE" in told and "pilot" in told


def test_once_it_serves_it_says_where_and_under_which_law_and_no_secret(file):
    file.write_text(SMALL.replace('/v1"}', '/v1", key: env:COMITY_TEST_KEY}'))
    command = [*COMITY, "serve", "-c", str(file), "--port", "0", "--control-port", "0"]
    environment = {**os.environ, "COMITY_TEST_KEY": "hush-hush"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as served:
        told = []
        while not told or "note: no application has a key" not in told[-1]:
            told.append(served.stdout.readline())
            assert told[-1], told
        served.terminate()
        told.append(served.stdout.read())
    text = "".join(told)
    assert served.returncode == 0
    assert "http://127.0.0.1:" in text and "https://one.example:443/v1" in text
    assert (file.parent / ".comity" / "log.vkey").read_text().strip() in text
    assert "hush" not in text and "Traceback" not in text
