"""The pages on scores and on the atlas ask for nothing, credit what they show, and take words from outside as words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from comity.posture.atlas.page import atlas_page
from comity.posture.atlas.picture import picture
from comity.posture.scores.page import posture_page
from tests.charts.gallery import MARKUP
from tests.charts.posture_pages import PAGES, atlas, scored
from tests.charts.test_page import harmless

CREDIT = "Tracxn, data to 2 March 2026"


@pytest.mark.parametrize("made", PAGES.values(), ids=PAGES)
def test_a_page_asks_for_nothing_and_is_the_same_again(made: Callable[[], str]) -> None:
    harmless(made())
    assert made() == made()


def test_words_of_a_file_are_words() -> None:
    extract = atlas()
    lines = tuple(replace(line, says=MARKUP) for line in extract.lines)
    nations = {name: replace(nation, name=f"{MARKUP}{name}") for name, nation in extract.nations.items()}
    text = atlas_page(picture(replace(extract, lines=lines, nations=nations, title=MARKUP)))
    harmless(text)
    assert "<img" not in text
    harmless(posture_page(scored(), MARKUP))


def test_every_picture_of_the_atlas_has_its_credit() -> None:
    text = atlas_page(picture(atlas()))
    figures = [part.partition("</figure>")[0] for part in text.split("<figure")[1:]]
    pictures = [each for each in figures if "<svg" in each]
    assert len(pictures) == 7 and all(CREDIT in each for each in pictures)
