"""The chart: that what Helm made of it is not stale, and holds what the guide says."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
import yaml

from comity.adapters.node import names
from comity.adapters.stack_files import read_stack_file
from comity.cli.main import parser
from comity.runtime.settings import CONTROL_PORT, DATA_PORT, DRAIN_S
from tests.deploy import chart
from tests.tidy.tree import ROOT

RECORD = json.loads(chart.RECORD.read_text())
VALUES = {name: yaml.safe_load((chart.HERE / f"{name}.values.yaml").read_text()) for name in chart.NAMES}
SCHEMA = json.loads((chart.CHART / "values.schema.json").read_text())
USER = 65532

each = pytest.mark.parametrize("name", chart.NAMES)


def _made(name: str, kind: str) -> list[dict[str, Any]]:
    text = (chart.HERE / f"{name}.rendered.yaml").read_text()
    return [found for found in chart.manifests(text) if found["kind"] == kind]


def _pod(name: str) -> dict[str, Any]:
    (found,) = _made(name, "StatefulSet")
    pod: dict[str, Any] = found["spec"]["template"]["spec"]
    return pod


def _container(name: str) -> dict[str, Any]:
    (container,) = _pod(name)["containers"]
    assert isinstance(container, dict)
    return container


def test_what_was_rendered_is_what_is_here() -> None:
    assert RECORD["inputs"] == chart.inputs(), "the chart has changed: run `make helm`"
    rendered = {name: chart.digest(chart.HERE / f"{name}.rendered.yaml") for name in chart.NAMES}
    assert RECORD["rendered"] == rendered, "what Helm made was edited by hand: run `make helm`"
    assert RECORD["policies"] == chart.shown_policies(), "the policies of the guide have changed: run `make helm`"


def test_the_chart_is_of_this_version() -> None:
    about = yaml.safe_load((chart.CHART / "Chart.yaml").read_text())
    (version,) = re.findall(r'^version = "(.+?)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert about["appVersion"] == version


@each
def test_the_schema_takes_the_values(name: str) -> None:
    jsonschema.validate(VALUES[name], SCHEMA)


def test_every_value_has_a_form() -> None:
    defaults = yaml.safe_load((chart.CHART / "values.yaml").read_text())
    jsonschema.validate(defaults, SCHEMA)
    assert defaults.keys() == SCHEMA["properties"].keys() - {"global"}


@pytest.mark.parametrize(
    "values",
    [
        {"env": [{"name": "KEY", "value": "a secret"}]},  # there is no place for a secret
        {"env": [{"name": "KEY", "secret": "s", "key": "k", "value": "a secret"}]},
        {"upstreams": [{"cidr": "0.0.0.0/0", "port": 443}]},  # that would let it ask the world
        {"upstreams": [{"cidr": "::/0", "port": 443}]},
        {"upstreams": [{"namespace": "models", "port": 443}]},  # every pod there
        {"upstreams": [{"namespace": "models", "podLabels": {}, "port": 443}]},
        {"applications": [{}]},  # everybody
        {"control": {"enabled": True, "from": [{}]}},
        {"image": {"repository": "comity", "tag": "latest"}},
        {"replicas": 0},
        {"unknown": 1},
        {"tls": {"key": "-----BEGIN"}},
    ],
)
def test_the_schema_refuses(values: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(values, SCHEMA)


@each
def test_the_pod_can_do_nothing_but_its_work(name: str) -> None:
    pod, container = _pod(name), _container(name)
    assert pod["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & pod.keys()
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == USER
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["securityContext"]["fsGroupChangePolicy"] == "OnRootMismatch"
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not [volume for volume in pod["volumes"] if "hostPath" in volume]
    drain = DRAIN_S + parser("serve").parse_args(container["args"]).drain_delay
    assert pod["terminationGracePeriodSeconds"] > drain + 10
    assert f"USER {USER}:{USER}" in (ROOT / "Dockerfile").read_text()


@each
def test_secrets_are_named_and_never_held(name: str) -> None:
    assert _made(name, "Secret") == []
    for variable in _container(name).get("env", []):
        assert variable.keys() == {"name", "valueFrom"}


@each
def test_the_gateway_understands_its_words(name: str) -> None:
    container = _container(name)
    options = parser("serve").parse_args(container["args"])
    mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
    assert str(options.state.parent) in mounts and not mounts[str(options.state.parent)].get("readOnly")
    assert mounts[str(options.config.parent)]["readOnly"] is True
    assert {port["containerPort"] for port in container["ports"]} <= {DATA_PORT, CONTROL_PORT}
    secure = options.tls_cert is not None
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = container[probe]["httpGet"]
        assert asked["path"].startswith("/health/") and asked["scheme"] == ("HTTPS" if secure else "HTTP")
    volumes = {volume["name"] for volume in _pod(name)["volumes"]} | {"state"}
    assert {mount["name"] for mount in container["volumeMounts"]} == volumes


@each
def test_the_gateway_asks_those_who_are_named_and_nobody_else(name: str) -> None:
    """An `egress` or `from` that is missing or empty means everybody; so does a peer without a selector."""
    own, *closed = _made(name, "NetworkPolicy")
    assert own["spec"]["policyTypes"] == ["Ingress", "Egress"]
    upstreams = VALUES[name]["upstreams"]
    assert len(own["spec"]["egress"]) == len(upstreams) + 1  # and the DNS
    for rule in own["spec"]["egress"]:
        assert rule["ports"] and rule["to"]
        for peer in rule["to"]:
            assert "ipBlock" in peer or (
                peer["podSelector"]["matchLabels"] and peer["namespaceSelector"]["matchLabels"]
            )
    for rule in own["spec"]["ingress"]:
        assert rule["ports"] and rule["from"] and all(rule["from"])
    inside = [each for each in upstreams if "namespace" in each and each.get("close", True)]
    assert [policy["metadata"]["namespace"] for policy in closed] == [each["namespace"] for each in inside]
    for policy in closed:
        ((rule,),) = (policy["spec"]["ingress"],)
        (peer,) = rule["from"]
        assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": chart.NAMESPACE}
        assert peer["podSelector"] == own["spec"]["podSelector"]


@each
def test_selectors_find_the_pods(name: str) -> None:
    (stateful,) = _made(name, "StatefulSet")
    labels = stateful["spec"]["template"]["metadata"]["labels"].items()
    selectors = [stateful["spec"]["selector"]["matchLabels"]]
    selectors += [service["spec"]["selector"] for service in _made(name, "Service")]
    selectors += [budget["spec"]["selector"]["matchLabels"] for budget in _made(name, "PodDisruptionBudget")]
    assert all(selector.items() <= labels for selector in selectors)
    headless = {each["metadata"]["name"] for each in _made(name, "Service") if each["spec"].get("clusterIP") == "None"}
    assert stateful["spec"]["serviceName"] in headless


def test_the_stack_file_arrives_whole(tmp_path: Any) -> None:
    (config,) = _made("plain", "ConfigMap")
    assert config["data"]["comity.yaml"].rstrip() == VALUES["plain"]["stack"].rstrip()
    (tmp_path / "comity.yaml").write_text(config["data"]["comity.yaml"])
    assert read_stack_file(tmp_path / "comity.yaml", None, embedded=names(tmp_path)).stack.deployments


def test_the_policy_of_the_guide_leads_to_the_gateway() -> None:
    (policy,) = chart.policies_of_the_guide()
    peer = policy["spec"]["egress"][1]["to"][0]
    (own, *_) = _made("plain", "NetworkPolicy")
    assert peer["podSelector"]["matchLabels"].items() <= own["spec"]["podSelector"]["matchLabels"].items()
    assert policy["spec"]["egress"][1]["ports"] == [{"port": DATA_PORT, "protocol": "TCP"}]
