"""The embedded node: one small model in a child process, reached over keyed loopback HTTP.

    endpoint = await EmbeddedNode(locate("embedded:civic-tiny", models=None)).start()

`engine` alone knows xllamacpp, and only the child imports it.
"""

from .child import Sizes
from .node import EmbeddedNode, Endpoint
from .rerun import Rerun, with_digest
from .shelf import NodeError, card, digest, locate, names

__all__ = [
    "EmbeddedNode",
    "Endpoint",
    "NodeError",
    "Rerun",
    "Sizes",
    "card",
    "digest",
    "locate",
    "names",
    "with_digest",
]
