-- An entry is JSON plus a column for what is searched. Three things live in their
-- column alone: due, which Postpone moves without a new rev, and the payloads, so
-- that a list never reads them. Times are epoch milliseconds, NULL is no time.
CREATE TABLE entries (
    key           TEXT PRIMARY KEY,
    rev           INTEGER NOT NULL,
    account       TEXT NOT NULL,
    connection    TEXT NOT NULL,
    state         TEXT NOT NULL,
    kind          TEXT NOT NULL,
    mine          INTEGER NOT NULL, -- waits for a person
    received_at   INTEGER NOT NULL,
    due           INTEGER,
    lease         INTEGER,
    entry         TEXT NOT NULL,
    payload       BLOB,
    newer_payload BLOB
);
CREATE INDEX entries_due ON entries (account, due) WHERE due IS NOT NULL;
CREATE INDEX entries_leased ON entries (lease) WHERE lease IS NOT NULL;
CREATE INDEX entries_recent ON entries (received_at, key);

CREATE TABLE lanes (
    account       TEXT PRIMARY KEY,
    blocked_until INTEGER,
    why           TEXT NOT NULL,
    strikes       INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE customers (
    account TEXT NOT NULL,
    hash    TEXT NOT NULL,
    id      TEXT NOT NULL,
    PRIMARY KEY (account, hash)
) WITHOUT ROWID;
