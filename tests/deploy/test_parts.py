"""The list of parts: what is in a gateway and in no package index."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from types import ModuleType

import pytest

from comity.adapters.packs import pack_folders
from tests.tidy.tree import ROOT

BARE = {"bomFormat": "CycloneDX", "components": [{"bom-ref": "zlib==1"}], "dependencies": [{"ref": "root-component"}]}


@pytest.fixture(scope="module")
def parts() -> ModuleType:
    """deploy/parts.py; a program, not a part of any package."""
    spec = importlib.util.spec_from_file_location("parts", ROOT / "deploy" / "parts.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_model_and_every_pack_are_listed_once(parts: ModuleType) -> None:
    once = parts.extended(json.loads(json.dumps(BARE)))
    names = [each["bom-ref"] for each in once["components"]]
    packs = {f"law-pack:{name}" for name in pack_folders(None)}
    assert set(names) == {"zlib==1", "model:civic-tiny"} | packs
    assert parts.extended(json.loads(json.dumps(once))) == once
    assert set(once["dependencies"][-1]["dependsOn"]) == set(names) - {"zlib==1"}


def test_the_models_digest_is_its_cards(parts: ModuleType) -> None:
    (model,) = (each for each in parts.parts() if each["type"] == "machine-learning-model")
    card = json.loads((parts.WEIGHTS / "civic-tiny.json").read_text())
    assert model["hashes"] == [{"alg": "SHA-256", "content": card["sha256"]}]


def test_a_packs_digest_needs_no_tool_of_ours(parts: ModuleType) -> None:
    pack = parts.PACKS / "eu.gdpr"
    ran = subprocess.run(
        "LC_ALL=C sha256sum * | sha256sum", shell=True, cwd=pack, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split()[0] == parts.digest(pack)
