"""What a stack file may ask for and this version cannot give: it is told, and it fails closed."""

from __future__ import annotations

from comity.stack.draft import Draft


def check_promises(draft: Draft) -> None:
    """Note attestations that nobody can give."""
    for found in draft.find("attest"):
        if found.value == "required" and not draft.names("counsel_keys"):
            draft.object_to(
                found,
                "no counsel key is named, so every agreement counts as absent",
                hint="make one with `comity attest key`, or write attest: declared to rely on what the file says",
                severity="warning",
            )
