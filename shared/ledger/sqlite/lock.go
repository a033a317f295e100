package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/carimbo/carimbo/shared/words"
)

// ErrLocked: another process serves from this data folder.
var ErrLocked = words.Errorf("another `carimbo serve` uses this data folder: stop it, or use another --data")

// ErrGone: what is open is not what is at its path any more. What is written to it
// is lost when the process ends, and another process may have taken the path.
var ErrGone = words.Errorf("the data folder is not the one that was opened: it was deleted, moved or replaced")

// Folder is a data folder that is locked.
type Folder struct {
	lock *os.File
	at   place
}

// Lock takes the data folder for one `serve`, until it is closed or the process
// ends, however it ends: the operating system lets go of it.
func Lock(dir string) (*Folder, error) {
	path, err := filepath.Abs(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, words.Errorf("lock data folder: %s", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, words.Errorf("lock data folder: %s", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, words.Errorf("lock data folder: %s", err)
	}
	if err := tryLock(f); err != nil {
		f.Close()
		return nil, words.Errorf("lock %s: %s", dir, err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, words.Errorf("lock %s: %s", dir, err)
	}
	return &Folder{lock: f, at: place{path, info}}, nil
}

// InPlace is ErrGone when another process could lock the same path.
func (f *Folder) InPlace() error { return f.at.check() }

// Close lets go of the folder.
func (f *Folder) Close() error { return f.lock.Close() }

// place is where a file was when it was opened.
type place struct {
	path string
	info fs.FileInfo
}

// check looks whether the file is still there. An error that is not ErrGone says
// nothing: the path can't be looked at now.
func (p place) check() error {
	info, err := os.Stat(p.path)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		return ErrGone
	case err != nil:
		return words.Errorf("look at the data folder: %s", err)
	case !os.SameFile(info, p.info):
		return ErrGone
	}
	return nil
}
