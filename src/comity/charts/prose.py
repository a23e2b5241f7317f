"""Plain text as HTML: paragraphs, lists, code and addresses, and nothing that the text itself could bring along."""

from __future__ import annotations

import re
from collections.abc import Iterator

from comity.charts.letters import safe

LONGEST_PARAGRAPH = 20_000  # characters
_CODE = re.compile(r"`([^`]+)`|(https://[^\s<>\"'`]+[^\s<>\"'`.,;:)\]])")


def prose(text: str) -> str:
    """Blocks of `text`, which blank lines divide, as HTML.

    Lines that all begin with "- " are a list, with "1. " a numbered one; lines that are all indented by four spaces are
    kept as they are; the rest is a paragraph. In lists and paragraphs, `code` stands between grave accents, and an
    address that begins with https:// is a link. Everything else is escaped.
    """
    return "\n".join(_block(block) for block in re.split(r"\n[ \t]*\n", text.strip("\n")) if block.strip())


def inline(text: str) -> str:
    """One line of such text: escaped, with code and links."""
    return "".join(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    at = 0
    for found in _CODE.finditer(text):
        yield _escaped(text[at : found.start()])
        if found[1]:
            yield f"<code>{_escaped(found[1])}</code>"
        else:
            yield f'<a href="{_escaped(found[2])}" rel="noreferrer">{_escaped(found[2])}</a>'
        at = found.end()
    yield _escaped(text[at:])


def _escaped(text: str) -> str:
    said = safe(text, LONGEST_PARAGRAPH)
    return f"{' ' * text[:1].isspace()}{said}{' ' * (said != '' and text[-1:].isspace())}"


def _block(block: str) -> str:
    rows = block.splitlines()
    if all(row.startswith("    ") for row in rows):
        kept = "\n".join(re.sub(r"\S+", lambda word: safe(word[0]), row[4:]) for row in rows)
        return f"<pre>{kept}</pre>"
    for mark, tag in ((r"- +", "ul"), (r"\d+\. +", "ol")):
        if re.match(mark, rows[0]):
            items = re.split(rf"^{mark}", block, flags=re.MULTILINE)[1:]
            return f"<{tag}>{''.join(f'<li>{inline(item.strip())}</li>' for item in items)}</{tag}>"
    return f"<p>{inline(block)}</p>"
