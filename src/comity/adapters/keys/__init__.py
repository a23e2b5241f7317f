"""The keys of applications and roles, in the control state: hashes at rest, shown once.

Any process may write: `comity keys` works whether or not the gateway runs. The supervisor looks at
`KeyStore.changed()` several times a second and hands the whole table to its workers.
"""

from comity.adapters.keys.key import ROLES, Disclose, Key, Role, digest_of, new_secret
from comity.adapters.keys.store import KeyStore, KeyStoreError, UnknownKey

__all__ = [
    "ROLES",
    "Disclose",
    "Key",
    "KeyStore",
    "KeyStoreError",
    "Role",
    "UnknownKey",
    "digest_of",
    "new_secret",
]
