-- What each receiver was told of a cause, or has to be: at most one notice of each.
-- Times are epoch milliseconds, NULL is no time. Nothing personal is in here.
CREATE TABLE IF NOT EXISTS notices (
    receiver   TEXT NOT NULL,
    kind       TEXT NOT NULL,
    account    TEXT NOT NULL,
    connection TEXT NOT NULL,
    why        TEXT NOT NULL,
    id         TEXT NOT NULL, -- webhook-id
    body       TEXT NOT NULL,
    gone       TEXT NOT NULL,
    made_at    INTEGER NOT NULL,
    tries      INTEGER NOT NULL,
    try_at     INTEGER,
    gone_at    INTEGER,
    PRIMARY KEY (receiver, kind, account, connection, why)
) WITHOUT ROWID;

-- Receivers that want no more notices.
CREATE TABLE IF NOT EXISTS notices_stopped (
    receiver TEXT PRIMARY KEY,
    target   TEXT NOT NULL
) WITHOUT ROWID;
