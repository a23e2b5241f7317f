"""The two pages of a nation's posture, made from the files that ship: scores of a stack, and the atlas."""

from __future__ import annotations

from collections.abc import Callable

from comity.adapters.realms import build_realm
from comity.adapters.stack_files import read_stack_file
from comity.placement.conditions import configured
from comity.posture.atlas.page import atlas_page
from comity.posture.atlas.picture import picture
from comity.posture.atlas.reading import read_atlas
from comity.posture.atlas.types import Atlas
from comity.posture.scores.page import posture_page
from comity.posture.scores.scores import Scores, scores
from comity.posture.scores.trust import trust
from tests.tidy.tree import ROOT

NOW = 1_795_400_000_000  # 2026-11-23


def atlas() -> Atlas:
    """The extract that ships."""
    found = read_atlas((ROOT / "examples/atlas/report-2026.yaml").read_bytes(), "report-2026.yaml").atlas
    assert found is not None
    return found


def scored() -> Scores:
    """The scores of a stack that ships, seen from France."""
    realm = build_realm(read_stack_file(ROOT / "examples/hospital.yaml", None), NOW)
    return scores(realm, configured(realm.stack), NOW, trust("FR"))


PAGES: dict[str, Callable[[], str]] = {
    "atlas": lambda: atlas_page(picture(atlas())),
    "posture": lambda: posture_page(scored(), "comity posture -c hospital.yaml --as FR"),
}
