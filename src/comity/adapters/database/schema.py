"""The tables of control state, as the steps that made them what they are. A step that was released never changes."""

from __future__ import annotations

STEPS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE keys (
            id TEXT PRIMARY KEY,
            digest TEXT NOT NULL UNIQUE,
            application TEXT,
            role TEXT CHECK (role IN ('owner', 'operator', 'auditor', 'counsel')),
            disclose TEXT NOT NULL CHECK (disclose IN ('full', 'none')),
            created BIGINT NOT NULL,
            expires BIGINT,
            revoked BIGINT,
            CHECK ((application IS NULL) <> (role IS NULL))
        )
        """,
    ),
    (
        "ALTER TABLE keys ADD COLUMN models TEXT",  # each a JSON document
        "ALTER TABLE keys ADD COLUMN limits TEXT",
        "ALTER TABLE keys ADD COLUMN budgets TEXT",
        # how often a thing was changed: who holds a copy looks here
        "CREATE TABLE revisions (name TEXT PRIMARY KEY, revision BIGINT NOT NULL)",
        "INSERT INTO revisions (name, revision) VALUES ('keys', 1)",
        # what was counted of each shard of the log: outcomes below `counted`, whose intents begin at `intents`
        "CREATE TABLE positions (shard TEXT PRIMARY KEY, counted BIGINT NOT NULL, intents BIGINT NOT NULL)",
        """
        CREATE TABLE usage (
            shard TEXT NOT NULL,
            hour BIGINT NOT NULL,
            application TEXT NOT NULL,
            key TEXT NOT NULL,
            deployment TEXT NOT NULL,
            currency TEXT NOT NULL,
            requests BIGINT NOT NULL,
            prompt BIGINT NOT NULL,
            completion BIGINT NOT NULL,
            cost BIGINT NOT NULL,
            PRIMARY KEY (shard, hour, application, key, deployment, currency)
        )
        """,
        """
        CREATE TABLE sessions (
            shard TEXT NOT NULL,
            application TEXT NOT NULL,
            key TEXT NOT NULL,
            session TEXT NOT NULL,
            tokens BIGINT NOT NULL,
            cost BIGINT NOT NULL,
            last BIGINT NOT NULL,
            PRIMARY KEY (shard, application, key, session)
        )
        """,
        # what was done by hand and is not in the log yet; `document` is JSON
        """
        CREATE TABLE notes (
            id TEXT PRIMARY KEY,
            at BIGINT NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            target TEXT NOT NULL,
            document TEXT NOT NULL
        )
        """,
        # limits that hosts share: the level of a bucket, and what each host has of a budget or of places
        "CREATE TABLE buckets (meter TEXT PRIMARY KEY, level BIGINT NOT NULL, at BIGINT NOT NULL)",
        """
        CREATE TABLE leases (
            meter TEXT NOT NULL,
            host TEXT NOT NULL,
            until BIGINT NOT NULL,
            taken BIGINT NOT NULL,
            seen BIGINT NOT NULL,
            PRIMARY KEY (meter, host)
        )
        """,
    ),
)
"""Statements that SQLite (3.35 or newer) and PostgreSQL (12 or newer) both understand."""
