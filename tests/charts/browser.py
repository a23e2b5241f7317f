"""A real browser, where one is installed: Debian's Chromium, or Chrome, driven by Playwright, which brings none itself."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import pytest

Scheme: TypeAlias = Literal["light", "dark"]
NAMES = ("chromium", "chromium-browser", "google-chrome")
A4_INSIDE = 665  # CSS pixels between the side margins of the page style: 210 mm less 2 x 17 mm
A4 = (595, 842)  # points, rounded


class Opened(NamedTuple):
    """A page as a reader has it, and what went wrong or over the wire meanwhile."""

    page: Any
    asked: list[str]  # addresses, apart from the file itself
    said: list[str]  # errors and warnings of the console


def wanted() -> str:
    """Where the browser is; skips the test where there is none."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"no browser is installed: none of {', '.join(NAMES)} is on PATH")
    return path


@contextmanager
def chromium() -> Iterator[Any]:
    """Starts the browser without a window."""
    path = wanted()
    from playwright.sync_api import sync_playwright

    # a browser that runs as root has no sandbox to build; these are pages of ours
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Any, file: Path, scheme: Scheme = "light", wide: int = 1000) -> Iterator[Opened]:
    """Opens a file as a reader would, in light or dark, with every table unfolded."""
    page = browser.new_page(color_scheme=scheme, viewport={"width": wide, "height": 900})
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(file.as_uri())
    unfold(page)
    page.wait_for_load_state("networkidle")
    yield Opened(page, [each for each in asked if each != file.as_uri()], said)
    page.close()


def unfold(page: Any, unfolded: bool = True) -> None:
    """Opens every table that stands folded, or closes it."""
    page.evaluate("open => document.querySelectorAll('details').forEach(each => each.open = open)", unfolded)


def violations(page: Any) -> list[str]:
    """What axe finds, with the place of each."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


def too_wide(page: Any) -> list[str]:
    """Elements that reach beyond the right edge, other than what scrolls in a box of its own; paper cannot scroll."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('main *')]
            .filter(each => !each.closest('.heard') && each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
            .filter(each => matchMedia('print').matches || [null, each].includes(each.closest('.scroll')))
            .map(each => each.outerHTML.slice(0, 120))"""
    )
    return found


def cut_words(page: Any) -> list[str]:
    """Words of pictures that reach out of their picture."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('svg.chart text')].filter(text => {
            const a = text.getBoundingClientRect(), b = text.ownerSVGElement.getBoundingClientRect();
            return a.left < b.left - 1 || a.right > b.right + 1 || a.top < b.top - 1 || a.bottom > b.bottom + 1;
        }).map(text => text.ownerSVGElement.getAttribute('aria-label') + ': ' + text.textContent)"""
    )
    return found


def overlapping(page: Any) -> list[str]:
    """Pairs of words in a picture that lie over one another."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('svg.chart')].flatMap(svg => {
            const words = [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
            return words.flatMap(([one, a], n) => words.slice(n + 1)
                .filter(([, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
                    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4)
                .map(([other]) => svg.getAttribute('aria-label') + ': ' + one + ' / ' + other));
        })"""
    )
    return found


def printed(page: Any) -> list[tuple[int, int]]:
    """Prints to PDF; the sizes of its pages in points."""
    pdf: bytes = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    return [(round(float(wide)), round(float(high))) for wide, high in boxes]
