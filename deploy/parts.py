"""Adds to the list of parts what no package index knows: the small model inside, and the law packs.

`python deploy/parts.py FILE` after cyclonedx-py; CycloneDX 1.6, the same bytes whenever it runs.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
WEIGHTS = ROOT / "src" / "comity" / "adapters" / "node" / "weights"
PACKS = ROOT / "src" / "comity" / "law" / "packs"
WHOLE = "root-component"  # what cyclonedx-py calls the gateway itself


def parts() -> Iterator[dict[str, Any]]:
    """Each model and each pack as a component, with the digest of its files."""
    for card in sorted(WEIGHTS.glob("*.json")):
        about = json.loads(card.read_text("utf-8"))
        weights = card.with_suffix(".gguf")
        yield {
            "bom-ref": f"model:{about['name']}",
            "type": "machine-learning-model",
            "name": about["name"],
            "description": about["what"],
            "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(weights.read_bytes()).hexdigest()}],
            "licenses": [{"license": {"id": about["license"]}}],
        }
    for pack in sorted(path for path in PACKS.iterdir() if (path / "rules.cedar").is_file()):
        yield {
            "bom-ref": f"law-pack:{pack.name}",
            "type": "data",
            "name": pack.name,
            "description": "A law pack: rules, lists and cases",
            "hashes": [{"alg": "SHA-256", "content": digest(pack)}],
            "licenses": [{"license": {"id": "Apache-2.0"}}],
        }


def digest(folder: Path) -> str:
    """What `sha256sum *` prints in that folder, digested: a reader needs no tool of ours to get it."""
    files = sorted((path for path in folder.iterdir() if path.is_file()), key=lambda path: path.name.encode())
    lines = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def extended(document: dict[str, Any]) -> dict[str, Any]:
    """The list with our parts in it, each once, and the gateway as what depends on them."""
    ours = {part["bom-ref"]: part for part in parts()}
    components = [each for each in document["components"] if each["bom-ref"] not in ours] + list(ours.values())
    dependencies = {each["ref"]: each for each in document["dependencies"]}
    whole = dependencies.setdefault(WHOLE, {"ref": WHOLE})
    whole["dependsOn"] = sorted({*whole.get("dependsOn", []), *ours})
    dependencies |= {ref: {"ref": ref} for ref in ours}
    by_ref = sorted(dependencies)
    return {
        **document,
        "components": sorted(components, key=lambda each: str(each["bom-ref"])),
        "dependencies": [dependencies[ref] for ref in by_ref],
    }


def main() -> int:
    """Rewrites the file that is named."""
    path = Path(sys.argv[1])
    document = extended(json.loads(path.read_text("utf-8")))
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
