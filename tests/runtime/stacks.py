"""Stack files for gateways under test."""

from pathlib import Path


def two_upstreams(folder: Path, first: str, second: str, more: str = "") -> Path:
    """Two deployments of one model, the first cheaper; applications `desk` and `front` whose data no law regulates."""
    folder.mkdir(exist_ok=True, parents=True)
    file = folder / "comity.yaml"
    file.write_text(
        f"""
origin: test.example/gateway
law: []
parties:
  acme: {{seat: FR}}
sites:
  paris: {{jurisdiction: FR, operator: acme}}
  lyon: {{jurisdiction: FR, operator: acme}}
models:
  small: {{developer: FR}}
  civic-tiny: {{developer: FR}}
deployments:
  first: {{model: small, site: paris, url: "{first}", price: {{input: 1, output: 1}}}}
  second: {{model: small, site: lyon, url: "{second}", price: {{input: 2, output: 2}}}}
{more}
applications:
  desk: {{controller: acme, purpose: general, data: [], subjects: [FR]}}
  front: {{controller: acme, purpose: general, data: [], subjects: [FR]}}
"""
    )
    return file
