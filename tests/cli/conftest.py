"""A stack file under the toy law, in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.law import toy

STACK = """\
origin: example.org/toy
law: [toy]
parties:
  agency: {seat: FR, public: true}
  ovale: {seat: FR}
  columbia: {seat: US}
agreements:
  - {between: [agency, columbia], kinds: [eu.art28], until: 2199-12-31}
sites:
  paris: {jurisdiction: FR, operator: ovale}
  virginia: {jurisdiction: US, operator: columbia}
  nairobi: {jurisdiction: KE, operator: ovale}
models:
  m: {developer: FR}
deployments:
  paris-m: {model: m, site: paris, url: "http://127.0.0.1:9001/v1", price: {input: 1, output: 1}}
  virginia-m: {model: m, site: virginia, url: "http://127.0.0.1:9002/v1", price: {input: 0.5, output: 0.5}}
  nairobi-m: {model: m, site: nairobi, url: "http://127.0.0.1:9003/v1", price: {input: 0.1, output: 0.1}}
applications:
  desk: {controller: agency, purpose: general, data: [personal], subjects: [FR]}
  shadow:
    controller: agency
    purpose: general
    data: [personal]
    subjects: [KE]
"""


@pytest.fixture
def stack_file(tmp_path: Path) -> Path:
    """The file; its law is in force for good."""
    folder = tmp_path / "packs" / "toy"
    folder.mkdir(parents=True)
    for name, text in toy.FILES.items():
        forever = text.replace("2026-06-30", "2199-06-30").replace("2026-07-01", "2199-07-01")
        (folder / name).write_text(forever)
    path = tmp_path / "comity.yaml"
    path.write_text(STACK)
    return path


SMALL = """
origin: test.example/gateway
law: []
sites:
  paris: {jurisdiction: FR, operator: FR}
models:
  small: {developer: FR}
deployments:
  first: {model: small, site: paris, url: "https://one.example/v1"}
applications:
  desk: {controller: FR, purpose: general, data: [], subjects: [FR]}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small stack file under no law."""
    path = tmp_path / "comity.yaml"
    path.write_text(SMALL)
    return path
