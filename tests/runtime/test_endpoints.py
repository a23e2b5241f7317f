from pathlib import Path

import pytest
from msgspec import convert

from comity.runtime.endpoints import embedded, endpoints
from comity.stack.types import Stack
from comity.terms.problems import Problems


def stack(**deployments) -> Stack:
    return convert(
        {
            "origin": "test.example/gw",
            "law": [],
            "sites": {"paris": {"jurisdiction": "FR", "operator": "FR"}},
            "models": {"small": {"developer": "FR"}},
            "deployments": {name: {"model": "small", "site": "paris", **each} for name, each in deployments.items()},
            "applications": {},
        },
        Stack,
    )


def test_an_address_is_read_and_its_key_fetched_once(tmp_path):
    (tmp_path / "secret").write_text("from-a-file\n")
    found = endpoints(
        stack(
            one={"url": "https://gpu.example:8443/v1/", "key": "env:ONE", "served_as": "small-2506"},
            two={"url": "http://[::1]:9/v1", "key": "file:secret"},
            inside={"url": "embedded:civic-tiny"},
        ),
        tmp_path / "comity.yaml",
        {"ONE": "from-the-environment"},
    )
    one, two = found["one"], found["two"]
    assert (one.host, one.port, one.tls, one.path, one.served_as) == ("gpu.example", 8443, True, "/v1", "small-2506")
    assert one.credentials == "authorization: Bearer from-the-environment\r\n"
    assert (two.host, two.tls, two.credentials, two.served_as) == (
        "::1",
        False,
        "authorization: Bearer from-a-file\r\n",
        "small",
    )
    assert "inside" not in found


def test_a_credential_is_in_no_representation():
    (one,) = endpoints(
        stack(one={"url": "https://gpu.example/v1", "key": "env:K"}), Path("c.yaml"), {"K": "hush"}
    ).values()
    assert "hush" not in repr(one) and "hush" not in str([one])


def test_every_missing_credential_is_named_and_none_is_shown(tmp_path):
    (tmp_path / "binary").write_bytes(b"two words\n")
    with pytest.raises(Problems) as raised:
        endpoints(
            stack(
                one={"url": "https://a.example", "key": "env:ABSENT"},
                two={"url": "https://b.example", "key": "file:none"},
                three={"url": "https://c.example", "key": "file:binary"},
            ),
            tmp_path / "comity.yaml",
            {},
        )
    told = [str(problem) for problem in raised.value.problems]
    assert len(told) == 3
    assert "ABSENT" in told[0] and "none" in told[1]
    assert "two words" not in "".join(told)


def test_embedded_deployments_are_those_with_that_scheme():
    assert embedded(stack(a={"url": "embedded:civic-tiny"}, b={"url": "https://b.example"})) == {
        "a": "embedded:civic-tiny"
    }


def found(**deployment):
    (one,) = endpoints(
        stack(one={"url": "https://a.example/v1", "key": "env:K", **deployment}), Path("c.yaml"), {"K": "hush"}
    ).values()
    return one


def test_an_upstream_is_opened_as_its_kind_wants_it():
    assert found().credentials == "authorization: Bearer hush\r\n"
    assert found(serves=["messages"]).credentials == "x-api-key: hush\r\n"
    both = found(serves=["chat", "messages"])
    assert both.credentials == "authorization: Bearer hush\r\n"
    assert found(key_header="api-key").credentials == "api-key: hush\r\n"
    azure = found(url="https://res.example", azure={"deployment": "gpt", "api_version": "2024-10-21"})
    assert azure.credentials == "api-key: hush\r\n"
    assert (azure.path, azure.query) == ("/openai/deployments/gpt", "?api-version=2024-10-21")
    same = found(url="https://res.example/openai", azure={"deployment": "gpt", "api_version": "2024-10-21"})
    assert same.path == azure.path


def test_an_endpoint_bears_what_the_stack_says_of_it():
    one = found(
        price={"input": 0.2, "output": 0.0006},
        weight=7,
        draining=True,
        stream_usage=False,
        connections=3,
        serves=["chat", "embeddings"],
        timeouts={"connect": 1, "first_byte": 2, "idle": 3},
        health={"path": "/healthz", "every": 1, "timeout": 0.5},
    )
    assert (one.price_in, one.price_out, one.currency) == (200, 1, "EUR")
    assert (one.weight, one.draining, one.stream_usage, one.connections) == (7, True, False, 3)
    assert one.surfaces == ("chat", "embeddings")
    assert (one.timeouts.connect, one.timeouts.first_byte, one.timeouts.idle) == (1, 2, 3)
    assert one.check is not None and one.check.path == "/healthz"
    assert (found().price_in, found().currency) == (-1, "")


def test_files_that_make_no_tls_are_named_with_their_place(tmp_path):
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(Problems, match=r"TLS cannot be spoken with .*ca\.pem"):
        endpoints(stack(one={"url": "https://a.example", "ca": "ca.pem"}), tmp_path / "comity.yaml", {})
    with pytest.raises(Problems, match=r"client_cert: .* cannot be read"):
        endpoints(
            stack(one={"url": "https://a.example", "client_cert": "none", "client_key": "none"}),
            tmp_path / "comity.yaml",
            {},
        )
