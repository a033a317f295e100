package console

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// LinkLives is how long a one-time link opens a session.
const LinkLives = 10 * time.Minute

// maxLinks is how many links are kept unused; the oldest one makes room.
const maxLinks = 16

// Links are one-time links of which a folder keeps hashes, so that who can read the folder
// has no link by that. Another process may add one: a file whose name is the hash, and whose
// text is until when it opens a session, in milliseconds.
type Links struct {
	// Folder is theirs alone.
	Folder string
	Now    func() time.Time
}

// New returns the token of a new link.
func (l Links) New() (token string, err error) {
	token = rand.Text() // 130 bits
	if err := os.MkdirAll(l.Folder, 0o700); err != nil {
		return "", fmt.Errorf("make the folder of the console's links: %w", err)
	}
	if err := l.tidy(); err != nil {
		return "", err
	}
	path := filepath.Join(l.Folder, hashOf(token))
	text := strconv.FormatInt(l.Now().Add(LinkLives).UnixMilli(), 10)
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("write down a link of the console: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return "", fmt.Errorf("write down a link of the console: %w", err)
	}
	return token, nil
}

// Take tells whether the token is that of a link which is open, and closes it. Whoever
// removes the file has used the link: nobody else can.
func (l Links) Take(token string) (bool, error) {
	kept, err := l.list()
	if err != nil {
		return false, err
	}
	hash, found := []byte(hashOf(token)), link{}
	for _, k := range kept {
		if subtle.ConstantTimeCompare([]byte(k.hash), hash) == 1 {
			found = k
		}
	}
	if found.hash == "" {
		return false, nil
	}
	first, err := l.remove(found)
	return first && l.Now().Before(found.until), err
}

// link is one that the folder keeps, and until when it opens a session.
type link struct {
	hash  string
	until time.Time
}

// list are the links of the folder, the youngest first. What isn't one is left alone.
func (l Links) list() ([]link, error) {
	files, err := os.ReadDir(l.Folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the console's links: %w", err)
	}
	var kept []link
	for _, f := range files {
		if _, err := hex.DecodeString(f.Name()); err != nil || len(f.Name()) != hex.EncodedLen(sha256.Size) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(l.Folder, f.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // used meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("read the console's links: %w", err)
		}
		until, _ := strconv.ParseInt(string(text), 10, 64) // of what can't be read it is long over
		kept = append(kept, link{f.Name(), time.UnixMilli(until)})
	}
	slices.SortFunc(kept, func(a, b link) int { return cmp.Or(b.until.Compare(a.until), cmp.Compare(a.hash, b.hash)) })
	return kept, nil
}

// remove tells whether it was this call that removed the link.
func (l Links) remove(k link) (bool, error) {
	err := os.Remove(filepath.Join(l.Folder, k.hash))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("remove a link of the console: %w", err)
	}
	return true, nil
}

// tidy leaves room for one more.
func (l Links) tidy() error {
	kept, err := l.list()
	if err != nil {
		return err
	}
	for i, k := range kept {
		if i < maxLinks-1 && l.Now().Before(k.until) {
			continue
		}
		if _, err := l.remove(k); err != nil {
			return err
		}
	}
	return nil
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte("carimbo console " + token))
	return hex.EncodeToString(sum[:])
}
