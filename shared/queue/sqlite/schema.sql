-- A message is JSON with its payload in a column of its own. Times are epoch
-- milliseconds. account is the message group: the account, or the one of its
-- reversals. receipt is '' unless the message was received and not
-- acknowledged.
CREATE TABLE IF NOT EXISTS messages (
    id         INTEGER PRIMARY KEY,
    account    TEXT NOT NULL,
    message    TEXT NOT NULL,
    payload    BLOB,
    visible_at INTEGER NOT NULL DEFAULT 0,
    receives   INTEGER NOT NULL DEFAULT 0,
    receipt    TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS messages_account ON messages (account, id);

CREATE TABLE IF NOT EXISTS dead_letters (
    id      INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    message TEXT NOT NULL,
    payload BLOB
);

-- What was sent within the last five minutes.
CREATE TABLE IF NOT EXISTS sent (
    dedup   TEXT PRIMARY KEY,
    sent_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sent_at ON sent (sent_at);
