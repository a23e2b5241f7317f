"""The chart as Helm renders it, with a record of what was rendered: `python -m tests.deploy.chart` writes it anew.

That needs Helm's own library and the schemas of Kubernetes, 100 MB that no other test asks for; `make helm` sets them up
and runs this. The other tests read what it wrote, and see by the digests that it is not stale.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy" / "helm" / "comity"
HERE = Path(__file__).parent / "helm"
RECORD = HERE / "record.json"
GUIDE = ROOT / "docs" / "guides" / "kubernetes.md"
NAMES = ("plain", "production")
NAMESPACE = "gateway"
KUBERNETES = ("1.29", "1.31", "1.33", "1.35", "1.37")

REFUSED: dict[str, dict[str, Any]] = {
    "no stack file": {},
    "give one of the two": {"stack": "origin: x", "stackConfigMap": "y"},
    "share keys and budgets by a database": {"stack": "origin: x", "replicas": 2},
}


def digest(*paths: Path) -> str:
    """SHA-256 of files and of what is in folders, names included."""
    files = sorted(each for path in paths for each in (path.rglob("*") if path.is_dir() else [path]) if each.is_file())
    total = hashlib.sha256()
    for file in files:
        data = file.read_bytes()
        total.update(f"{file.relative_to(ROOT).as_posix()}\0{len(data)}\0".encode() + data)
    return total.hexdigest()


def inputs() -> str:
    """The digest of all that a rendering depends on."""
    return digest(CHART, *(HERE / f"{name}.values.yaml" for name in NAMES))


def manifests(text: str) -> list[dict[str, Any]]:
    """The objects of a file of manifests."""
    return [each for each in yaml.safe_load_all(text) if each]


def policies_of_the_guide() -> list[dict[str, Any]]:
    """The manifests that the guide shows."""
    blocks = re.findall(r"^```yaml\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [each for block in blocks for each in manifests(block) if "apiVersion" in each]


def shown_policies() -> str:
    """The digest of the manifests that the guide shows."""
    return hashlib.sha256(json.dumps(policies_of_the_guide(), sort_keys=True).encode()).hexdigest()


def _rendered(values: dict[str, Any]) -> str:
    from helm_python import Chart

    with Chart.load(CHART) as chart:
        chart.validate_schema(values)
        made = chart.render(values=values, name="comity", namespace=NAMESPACE)
    parts = [(name, text.strip("\n")) for name, text in sorted(made.items()) if name.endswith(".yaml")]
    return "".join(
        f"---\n# Source: {name}\n{text.removeprefix('---').strip()}\n" for name, text in parts if text.strip()
    )


def _accepted(objects: list[dict[str, Any]]) -> None:
    """Every object, by the strict schemas of every version: unknown keys are errors too."""
    import kubernetes_validate

    for each in objects:
        for number in KUBERNETES:
            kubernetes_validate.validate(each, number, strict=True)


def main() -> int:
    """Lint, render, hold against the schemas, write; what must be refused is refused."""
    from helm_python import HelmError
    from helm_python.chart import lint

    found = lint(CHART, yaml.safe_load((HERE / "plain.values.yaml").read_text()), namespace=NAMESPACE)
    assert found["errors"] == [], found
    assert {each["error"] for each in found["messages"]} <= {"icon is recommended"}, found
    for why, values in REFUSED.items():
        try:
            _rendered(values)
        except HelmError as refusal:
            assert why in str(refusal), refusal
        else:
            raise AssertionError(f"rendered, though: {why}")
    for name in NAMES:
        text = _rendered(yaml.safe_load((HERE / f"{name}.values.yaml").read_text()))
        _accepted(manifests(text))
        (HERE / f"{name}.rendered.yaml").write_text(text)
        print(f"{name}: {len(manifests(text))} objects, accepted by Kubernetes {', '.join(KUBERNETES)}")
    _accepted(policies_of_the_guide())
    record = {
        "helm-python-sdk": version("helm-python-sdk"),
        "kubernetes-validate": version("kubernetes-validate"),
        "kubernetes": list(KUBERNETES),
        "inputs": inputs(),
        "policies": shown_policies(),
        "rendered": {name: digest(HERE / f"{name}.rendered.yaml") for name in NAMES},
    }
    RECORD.write_text(json.dumps(record, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
