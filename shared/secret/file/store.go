// Package file keeps the secrets of one machine in a YAML file that a person
// edits: the secret's name (omie/<account>, sensio/<account>, hook/<connection>,
// store/<connection>) -> its object. A change counts from the next Get on.
package file

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/yaml"
)

// refreshEvery is how often a file that looks unchanged may be read: strangers can
// make signatures fail.
const refreshEvery = time.Minute

// Store is a secret.Store over one file, safe for concurrent use. A file that
// became unreadable or wrong changes nothing: the last good contents stay in
// force, and the log says so once per change.
type Store struct {
	// Log is slog.Default() if nil. Set it before the first Get.
	Log *slog.Logger

	path string
	now  func() time.Time

	mu       sync.Mutex
	seen     version
	read     time.Time // whatever came of it
	secrets  map[string]secret.Secret
	warnings yaml.Problems
}

var _ secret.Store = (*Store)(nil)

// version tells two states of the file apart without reading it.
type version struct {
	modified time.Time
	size     int64
}

// Open reads the file. The error is a yaml.Problems if it is wrong, which names
// lines and fields and shows no value, and anything else if it can't be read.
func Open(path string, now func() time.Time) (*Store, error) {
	s := &Store{path: path, now: now}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read secrets: %w", err)
	}
	if err := s.load(info); err != nil {
		return nil, err
	}
	return s, nil
}

// Get returns the secret as the file has it now. The error is
// secret.ErrNotFound, wrapped, and nothing else.
func (s *Store) Get(ctx context.Context, name string) (secret.Secret, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.follow(ctx, false)
	return s.find(name)
}

// Refresh reads the file even if it looks unchanged (a clock too coarse, a time
// set by hand), unless it was read within the minute: whoever it was read for, it
// was read for all.
func (s *Store) Refresh(ctx context.Context, name string) (secret.Secret, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now().Sub(s.read) >= refreshEvery {
		s.follow(ctx, true)
	}
	return s.find(name)
}

// Warnings are what works, but may not be meant: a file that others on this
// machine can read, above all.
func (s *Store) Warnings() yaml.Problems {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.warnings
}

func (s *Store) find(name string) (secret.Secret, error) {
	found, ok := s.secrets[name]
	if !ok {
		return secret.Secret{}, fmt.Errorf("%s: %w", name, secret.ErrNotFound)
	}
	// A copy: nobody changes another's secret.
	found.Values, found.Previous = maps.Clone(found.Values), maps.Clone(found.Previous)
	return found, nil
}

// follow reads the file again if it changed, or if it has to.
func (s *Store) follow(ctx context.Context, always bool) {
	info, err := os.Stat(s.path)
	if err == nil {
		if versionOf(info) == s.seen && !always {
			return
		}
		err = s.load(info)
	} else if s.seen == (version{}) {
		return // told already
	} else {
		s.seen = version{}
	}
	if err != nil {
		s.logger().WarnContext(ctx, "the file of secrets can't be read again; what it said before stays in force", "cause", err)
	}
}

func (s *Store) logger() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.Default()
}

func versionOf(info fs.FileInfo) version { return version{info.ModTime(), info.Size()} }

// load takes the file's contents if they are right. Either way this version of
// the file counts as seen.
func (s *Store) load(info fs.FileInfo) error {
	s.seen, s.read = versionOf(info), s.now()
	b, err := read(s.path)
	if err != nil {
		return fmt.Errorf("read secrets: %w", err)
	}
	secrets, problems := Parse(s.path, b)
	if err := problems.Errors(); err != nil {
		return err
	}
	s.secrets, s.warnings = secrets, append(exposed(s.path, info), problems...)
	return nil
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, yaml.MaxSize+1))
}

// exposed: Windows has no such permissions.
func exposed(path string, info fs.FileInfo) yaml.Problems {
	if runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	return yaml.Problems{{
		File: path, Warning: true,
		Message: fmt.Sprintf("others on this machine can read it (%s): chmod 600 it", info.Mode().Perm()),
	}}
}
