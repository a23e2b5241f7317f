"""A pack past its review is told by `comity check`, and by what it then means."""

from __future__ import annotations

from pathlib import Path

import pytest

from comity.cli.main import main
from tests.law import toy

STACK = """
origin: example.org/log
law: [toy]
stale_law: {stale}
parties: {{chu: {{seat: FR}}}}
gateway: {{site: home}}
sites: {{home: {{jurisdiction: FR, operator: chu}}}}
models: {{small: {{developer: FR}}}}
deployments: {{own: {{model: small, site: home, url: "http://127.0.0.1:9/v1"}}}}
applications: {{desk: {{controller: chu, purpose: general, data: [personal], subjects: [FR]}}}}
"""


def written(folder: Path, stale: str, review_by: str) -> Path:
    pack = folder / "packs" / "toy"
    pack.mkdir(parents=True)
    for name, data in toy.files(coverage_yaml=toy.COVERAGE.replace("2027-01-01", review_by)).items():
        (pack / name).write_bytes(data)
    file = folder / "comity.yaml"
    file.write_text(STACK.format(stale=stale))
    return file


@pytest.mark.parametrize(
    ("stale", "review_by", "said", "placed"),
    [
        ("warn", "2099-01-01", "no problem", 0),
        ("refuse", "2099-01-01", "no problem", 0),
        ("warn", "2026-01-01", "its rules hold as they stand", 0),
        ("refuse", "2026-01-01", "what it covers is refused (stale_law: refuse)", 1),
    ],
)
def test_check_and_explain_tell_of_a_pack_past_its_review(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], stale: str, review_by: str, said: str, placed: int
) -> None:
    file = written(tmp_path, stale, review_by)
    assert main(["check", "-c", str(file)]) == int(said != "no problem")
    shown = capsys.readouterr().out
    assert said in shown and ("toy was to be reviewed by 2026-01-01" in shown) == (review_by < "2027")
    assert main(["explain", "-c", str(file), "--app", "desk"]) == placed
    explained = capsys.readouterr().out
    assert (said in explained) == (review_by < "2027")
    assert ("comity/stale" in explained) == bool(placed)
