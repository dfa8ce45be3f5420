"""The migrations bring a ledger of an older version to the present one, step by step, each in one transaction."""

from __future__ import annotations

import sqlite3

from .trouble import OLDEST, VERSION

STEPS = {
    3: """ALTER TABLE fits ADD COLUMN rows INTEGER; ALTER TABLE fits ADD COLUMN calls INTEGER;
    ALTER TABLE fits ADD COLUMN parts TEXT; ALTER TABLE fits ADD COLUMN unseen_from INTEGER;
    ALTER TABLE fits ADD COLUMN learned TEXT;""",
}
assert set(STEPS) == set(range(OLDEST, VERSION))


def migrate(db: sqlite3.Connection, version: int) -> None:
    """Bring an open ledger from a version to the present one; a step that fails leaves the file as it was."""
    for old in range(version, VERSION):
        try:
            db.executescript(f"BEGIN IMMEDIATE; {STEPS[old]} PRAGMA user_version = {old + 1}; COMMIT;")
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")
