"""The document around a page: one file that asks nobody for anything, in light, in dark and on paper."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from comity.charts.letters import safe


def document(title: str, style: str, body: str) -> str:
    """A whole HTML document with its style sheet inside.

    Its Content-Security-Policy allows this one style sheet, by its hash, and nothing else: no script, picture, font,
    frame or request, whatever the body says.
    """
    style = f"\n{style.strip()}\n"
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{safe(title)}</title>
<style>{style}</style>
</head>
<body>
{body}
</body>
</html>
"""
