"""The schema of the ledger, its version, and the steps from an older one: docs/ledger.md tells each table and column.

Sums are kept beside the rows, by hour and provenance, so that a day of ten years is read in a moment. Energies of
different provenance are nowhere added: each row of each table and view has one.
"""

from __future__ import annotations

import sqlite3

from ..now import MeterState, Phase, Provenance

APPLICATION = 0x554E4446  # "UNDF", so that a stranger's database is never taken for a ledger
VERSION = 4
MIGRATED_FROM = 3  # the oldest version that is brought up to this one; older ones are set aside

STRETCH = """utc REAL, at REAL, seconds REAL,
    watts_mean REAL, watts_min REAL, watts_max REAL, joules REAL, joules_fitting REAL, joules_total REAL,
    reading INTEGER REFERENCES readings, phase INTEGER, network TEXT, parameters INTEGER, meter_state INTEGER,
    gap_seconds REAL, due INTEGER, heard INTEGER, lit INTEGER, drawn INTEGER, unheard INTEGER, unlit INTEGER,
    undrawn INTEGER, missing TEXT, own_watts REAL, beside_joules REAL, beside_provenance INTEGER"""

FIRST = f"""
CREATE TABLE runs (id INTEGER PRIMARY KEY, opened_on REAL, opened_at REAL, closed_on REAL, joules_per_grain REAL,
    players TEXT, restarts INTEGER DEFAULT 0, machine TEXT, versions TEXT, config TEXT, own TEXT, beside TEXT,
    UNIQUE (opened_on, opened_at));
CREATE TABLE readings (id INTEGER PRIMARY KEY, meter TEXT, provenance INTEGER, boundary TEXT, not_counted TEXT,
    origin TEXT, uncertainty REAL, UNIQUE (meter, provenance, boundary, not_counted, origin, uncertainty));
CREATE TABLE codes (id INTEGER PRIMARY KEY, text TEXT UNIQUE);
CREATE TABLE seconds (run INTEGER REFERENCES runs, second INTEGER, provenance INTEGER, {STRETCH},
    PRIMARY KEY (run, second, provenance)) WITHOUT ROWID;
CREATE INDEX seconds_by_utc ON seconds (utc);
CREATE TABLE presses (run INTEGER REFERENCES runs, number INTEGER, network TEXT, parameters INTEGER,
    code INTEGER REFERENCES codes, fit_line TEXT, epochs INTEGER, updates INTEGER, began_on REAL, began_at REAL,
    seconds REAL, joules REAL, gap_seconds REAL, loss REAL, seen REAL, unseen REAL, asked INTEGER, ended TEXT,
    detail TEXT, reading INTEGER REFERENCES readings, PRIMARY KEY (run, number)) WITHOUT ROWID;
CREATE TABLE notes (run INTEGER REFERENCES runs, at REAL, player TEXT, utc REAL, note TEXT,
    PRIMARY KEY (run, at, player)) WITHOUT ROWID;
"""

FOURTH = f"""
ALTER TABLE presses ADD COLUMN rows INTEGER;
ALTER TABLE presses ADD COLUMN calls INTEGER;
ALTER TABLE presses ADD COLUMN parts TEXT;
ALTER TABLE presses ADD COLUMN unseen_from INTEGER;
ALTER TABLE presses ADD COLUMN learned TEXT;
ALTER TABLE presses ADD COLUMN rest_watts REAL;
ALTER TABLE presses ADD COLUMN rest_joules REAL;
ALTER TABLE presses ADD COLUMN ran_on TEXT;
CREATE TABLE minutes (run INTEGER REFERENCES runs, second INTEGER, provenance INTEGER, {STRETCH},
    PRIMARY KEY (run, second, provenance)) WITHOUT ROWID;
CREATE INDEX minutes_by_utc ON minutes (utc);
CREATE VIEW stretches AS SELECT * FROM minutes UNION ALL SELECT * FROM seconds;
CREATE TABLE sums (day TEXT, hour INTEGER, run INTEGER REFERENCES runs, provenance INTEGER, seconds REAL, joules REAL,
    joules_fitting REAL, joules_uncertain REAL, watts_min REAL, watts_max REAL,
    PRIMARY KEY (day, hour, run, provenance)) WITHOUT ROWID;
CREATE TABLE provenances (id INTEGER PRIMARY KEY, provenance TEXT);
CREATE TABLE phases (id INTEGER PRIMARY KEY, phase TEXT);
CREATE TABLE meter_states (id INTEGER PRIMARY KEY, meter_state TEXT);
CREATE VIEW days AS SELECT day, provenances.provenance AS provenance, total(seconds) AS seconds,
    CASE WHEN sums.provenance THEN total(joules) END AS joules,
    CASE WHEN sums.provenance THEN total(joules_uncertain) END AS plus_minus_joules,
    CASE WHEN sums.provenance THEN total(joules_fitting) END AS joules_fitting,
    min(watts_min) AS watts_min, max(watts_max) AS watts_max, count(DISTINCT run) AS performances
    FROM sums JOIN provenances ON provenances.id = sums.provenance GROUP BY day, sums.provenance;
CREATE VIEW hours AS SELECT day, strftime('%Y-%m-%dT%H:%M:%SZ', hour, 'unixepoch') AS hour_utc,
    provenances.provenance AS provenance, total(seconds) AS seconds,
    CASE WHEN sums.provenance THEN total(joules) END AS joules,
    CASE WHEN sums.provenance THEN total(joules_uncertain) END AS plus_minus_joules,
    CASE WHEN sums.provenance THEN total(joules_fitting) END AS joules_fitting,
    min(watts_min) AS watts_min, max(watts_max) AS watts_max
    FROM sums JOIN provenances ON provenances.id = sums.provenance GROUP BY day, hour, sums.provenance;
CREATE VIEW fits AS SELECT run, number, strftime('%Y-%m-%dT%H:%M:%SZ', began_on, 'unixepoch') AS began_utc, network,
    parameters AS weights, coalesce(provenances.provenance, 'NO READING') AS provenance, joules,
    joules * readings.uncertainty AS plus_minus_joules, joules - rest_joules AS joules_above_rest, seconds,
    gap_seconds, calls, epochs, updates, rows AS examples, seen, unseen, asked, loss, learned, ended, ran_on, boundary,
    fit_line
    FROM presses LEFT JOIN readings ON readings.id = presses.reading
    LEFT JOIN provenances ON provenances.id = readings.provenance;
"""


def begin(db: sqlite3.Connection) -> None:
    """Make the tables of an empty file."""
    db.executescript(f"BEGIN IMMEDIATE; {FIRST} {FOURTH} {_codes()} {_stamp()} COMMIT;")


def migrate(db: sqlite3.Connection, version: int) -> None:
    """Bring an older ledger up to this version, whole or not at all.

    Args:
        db: the ledger, open for writing.
        version: what it says it is; `MIGRATED_FROM` or this one.
    """
    if version == VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        for statement in (RENAMED + FOURTH + _codes()).split(";"):
            db.execute(statement)
        db.execute(SUMMED)
        for statement in _stamp().split(";"):
            db.execute(statement)
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


RENAMED = "ALTER TABLE fits RENAME TO presses;"
# The local day of each row, as the machine's zone says it now: version 3 did not keep the day.
SUMMED = """INSERT INTO sums
    SELECT date(s.utc, 'unixepoch', 'localtime'), CAST(s.utc / 3600 AS INTEGER) * 3600, s.run, s.provenance,
    total(s.seconds), total(s.joules), total(s.joules_fitting), total(s.joules * coalesce(r.uncertainty, 0)),
    min(s.watts_min), max(s.watts_max) FROM seconds AS s LEFT JOIN readings AS r ON r.id = s.reading
    WHERE s.utc IS NOT NULL GROUP BY 1, 2, 3, 4"""


def _codes() -> str:
    rows = [
        f"INSERT INTO {table} VALUES ({code.value}, '{code.name.replace('_', ' ')}');"
        for table, codes in (("provenances", Provenance), ("phases", Phase), ("meter_states", MeterState))
        for code in codes
    ]
    return " ".join(rows)


def _stamp() -> str:
    return f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"
