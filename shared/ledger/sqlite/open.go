// Package sqlite is the ledger of one machine: a SQLite file in a data folder
// that `carimbo serve` and the operator's commands share.
package sqlite

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	driver "modernc.org/sqlite" // and the driver "sqlite"
	codes "modernc.org/sqlite/lib"

	"github.com/carimbo/carimbo/shared/ledger"
	"github.com/carimbo/carimbo/shared/words"
)

// File is the database's name in the data folder. The queue of one machine keeps
// its tables in the same file.
const File = "carimbo.db"

//go:embed schema.sql
var schema string

// migrations bring a file from user_version i to i+1. One that was released is
// never changed; a new one is added after it.
var migrations = []string{
	schema,
	"ALTER TABLE customers ADD COLUMN quiet_until INTEGER; ALTER TABLE customers ADD COLUMN token TEXT NOT NULL DEFAULT ''",
	"ALTER TABLE lanes ADD COLUMN since INTEGER",
	"ALTER TABLE lanes ADD COLUMN through INTEGER; ALTER TABLE lanes ADD COLUMN secret TEXT NOT NULL DEFAULT ''",
	ignoredSchema,
	mineOfCreated + listIndexes,
	namesSchema + tallySchema,
}

// patience is how long a statement waits for another process's write.
const patience = 5 * time.Second

// pragmas of every connection. FULL: what Write returned survives a power cut.
// secure_delete: a payload that was dropped is overwritten (rule 18); Checkpoint is
// the rest of that.
var pragmas = []string{fmt.Sprintf("busy_timeout(%d)", patience.Milliseconds()), "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(ON)"}

// Ledger is a ledger.Ledger in a SQLite file.
type Ledger struct {
	db *sql.DB
	at place
}

var _ ledger.Ledger = (*Ledger)(nil)

// Open opens the ledger in the data folder, and makes both if they are absent.
// It takes no lock: `serve` takes Lock first, the operator's commands run beside
// it.
func Open(ctx context.Context, dir string) (*Ledger, error) {
	return open(ctx, dir, func(context.Context, *sql.Tx, bool) error { return nil })
}

// open has suits refuse a ledger, or mark a new one in the write that makes it.
func open(ctx context.Context, dir string, suits func(ctx context.Context, tx *sql.Tx, isNew bool) error) (*Ledger, error) {
	path, err := filepath.Abs(filepath.Join(dir, File))
	if err != nil {
		return nil, words.Errorf("open ledger: %s", err)
	}
	info, err := create(path)
	if err != nil {
		return nil, words.Errorf("open ledger: %s", err)
	}
	db, err := sql.Open("sqlite", address(path))
	if err != nil {
		return nil, words.Errorf("open ledger: %s", err)
	}
	// One connection: this process's goroutines line up fairly here, and only other
	// processes have to poll for the write lock. So nothing may query inside a
	// transaction or a row loop but through it.
	db.SetMaxOpenConns(1)
	if err := migrateWhenFree(ctx, db, suits); err != nil {
		db.Close()
		return nil, words.Errorf("open ledger %s: %s", path, err)
	}
	return &Ledger{db: db, at: place{path, info}}, nil
}

// DB is the open database, for the queue that shares the file.
func (l *Ledger) DB() *sql.DB { return l.db }

// InPlace is ErrGone when the database that is written is not the one at its path.
func (l *Ledger) InPlace() error { return l.at.check() }

// Close closes the database, for the queue too.
func (l *Ledger) Close() error { return l.db.Close() }

// address names the file with whatever its path has in it, and has every
// transaction take the write lock as it begins: one that read first could not
// wait for it.
func address(path string) string {
	query := url.Values{"_pragma": pragmas, "_txlock": {"immediate"}}
	rooted := "/" + strings.TrimPrefix(filepath.ToSlash(path), "/")
	return (&url.URL{Scheme: "file", Path: rooted, RawQuery: query.Encode()}).String()
}

// create makes the folder and the file readable by their owner alone; SQLite
// gives its other files the database's permissions.
func create(path string) (fs.FileInfo, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	return info, errors.Join(err, f.Close())
}

// migrateWhenFree waits for other processes that open the file now: what makes it
// a file with a write-ahead log takes a lock for which SQLite's own busy_timeout
// does not wait. What it waits for is the lock alone: an index of years of orders
// takes as long as it takes.
func migrateWhenFree(ctx context.Context, db *sql.DB, suits func(ctx context.Context, tx *sql.Tx, isNew bool) error) error {
	waiting, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		err := migrate(ctx, db, suits)
		if !busy(err) {
			return err
		}
		select {
		case <-again.C:
		case <-waiting.Done():
			return err
		}
	}
}

func busy(err error) bool {
	var failed *driver.Error
	return errors.As(err, &failed) && failed.Code()&0xff == codes.SQLITE_BUSY // the rest says why
}

func migrate(ctx context.Context, db *sql.DB, suits func(ctx context.Context, tx *sql.Tx, isNew bool) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var version int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > len(migrations) {
		return words.Errorf("the file was written by a newer carimbo (format %d, this one knows %d): update this program",
			version, len(migrations))
	}
	if err := suits(ctx, tx, version == 0); err != nil {
		return err
	}
	for _, script := range migrations[version:] {
		if _, err := tx.ExecContext(ctx, script); err != nil {
			return words.Errorf("migrate: %s", err)
		}
	}
	if version < len(migrations) {
		if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", len(migrations))); err != nil {
			return words.Errorf("migrate: %s", err)
		}
	}
	return tx.Commit()
}
