"""What a stack file may ask for and this version cannot give: it is told, and it fails closed."""

from __future__ import annotations

from comity.stack.draft import Draft


def check_promises(draft: Draft) -> None:
    """Note claims that nobody would check, and attestations that nobody can give yet."""
    for found in draft.find("claims.*"):
        draft.object_to(
            found,
            "this version proves no claims",
            hint="take it out until one does: a claim that nothing checks would hold nothing",
        )
    for found in draft.find("attest"):
        if found.value == "required":
            draft.object_to(
                found,
                "this version knows no attestations, so every agreement counts as absent",
                hint="write attest: declared to rely on what the file says",
                severity="warning",
            )
