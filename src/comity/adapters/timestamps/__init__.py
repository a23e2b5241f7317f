"""RFC 3161 timestamps of witnessed checkpoints: asked of an authority, kept beside the log, verified years later.

What is stamped is the SHA-256 of a checkpoint as it is published, with every signature and cosignature on it: the token
then also shows that those signatures were there before their keys could leak or their algorithm fall. `rfc3161-client`
(the extra `timestamps`) is imported only where a token is made or checked.
"""

from comity.adapters.timestamps.files import Stamp, read_stamp, write_stamp
from comity.adapters.timestamps.trust import NotStamped, Trust, available, read_trust

__all__ = ["NotStamped", "Stamp", "Trust", "available", "read_stamp", "read_trust", "write_stamp"]
