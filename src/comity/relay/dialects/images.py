"""Pictures as the dialects write them: one URL, which may be a `data:` URL, or base64 beside its media type."""

from __future__ import annotations

from comity.relay.dialects.complaints import Complaints
from comity.relay.dialects.conversation import Image


def from_url(url: str, detail: str, place: str, complaints: Complaints) -> Image:
    """Of a URL. Whether one that is not `data:` may be sent is the rule of hops, not ours."""
    detail = "" if detail == "auto" else detail
    if url[:5].lower() != "data:":
        return Image(place, url=url, detail=detail)
    head, comma, data = url[5:].partition(",")
    media_type, semicolon, coding = head.partition(";")
    if not comma or not semicolon or coding.lower() != "base64" or not media_type:
        complaints.add(place, "a data: URL that is not `data:<media type>;base64,<data>`")
    return Image(place, media_type, data, detail=detail)


def to_url(image: Image) -> str:
    """As a URL, by `data:` where we have the picture itself."""
    return f"data:{image.media_type};base64,{image.data}" if image.data else image.url
