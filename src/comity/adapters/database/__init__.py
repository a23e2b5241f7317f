"""Control state: keys, usage counted so far, and what hosts have lent each other of shared limits.

SQLite (`keys.db` of the state folder) unless the stack file names a PostgreSQL database, which several hosts may share.
The statements are the same for both. Nothing on the path of a request asks it.
"""

from comity.adapters.database.database import FILE, Database, DatabaseFault

__all__ = ["FILE", "Database", "DatabaseFault"]
