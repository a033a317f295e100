// Package file keeps the secrets of one machine in a YAML file that a person
// edits: the secret's name (<kind of ERP>/<account>, hook/<connection>,
// store/<connection>, notify/<receiver>) -> its object. A change counts from the next Get on.
package file

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/yaml"
)

// refreshEvery is how often a file that looks unchanged may be read: strangers can
// make signatures fail.
const refreshEvery = time.Minute

// tryAgain is how soon a file that couldn't be read, or was wrong, is read again
// although it looks unchanged, once: it may have been half written, and a clock too
// coarse for two writes. After that it is tried once a minute.
const tryAgain = time.Second

// Store is a secret.Store over one file, safe for concurrent use. A file that
// became unreadable or wrong changes nothing: the last good contents stay in
// force, it is tried again, and the log says each cause once.
type Store struct {
	// Log is slog.Default() if nil. Set it before the first Get.
	Log *slog.Logger

	path string
	opts Options

	mu   sync.Mutex
	seen version
	read time.Time // whatever came of it
	// told is what the log was told of a file that couldn't be read; again tells that
	// it was tried again since.
	told     string
	again    bool
	secrets  map[string]secret.Secret
	warnings yaml.Problems
}

var _ secret.Store = (*Store)(nil)

// version tells two states of the file apart without reading it.
type version struct {
	modified time.Time
	size     int64
}

// Options say what a file of secrets is for.
type Options struct {
	Now func() time.Time
	// Kinds are the kinds of ERP whose accounts may have secrets here, with the fields
	// that these need.
	Kinds map[string][]string
	// Real: real orders are placed, so that a value of secrets.example.yaml is as wrong
	// as none, now and whenever the file changes.
	Real bool
}

// Open reads the file. The error is a yaml.Problems if it is wrong, which names
// lines and fields and shows no value, and anything else if it can't be read.
func Open(path string, o Options) (*Store, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, words.Errorf("read secrets: %s", err)
	}
	s := &Store{path: path, opts: o}
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
func (s *Store) Refresh(ctx context.Context, name string, began time.Time) (secret.Secret, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opts.Now().Sub(s.read) >= refreshEvery {
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
		return secret.Secret{}, words.Errorf("%s: %s", name, secret.ErrNotFound)
	}
	// A copy: nobody changes another's secret.
	found.Values, found.Previous = maps.Clone(found.Values), maps.Clone(found.Previous)
	return found, nil
}

// follow reads the file again if it changed, if it failed a while ago, or if it has
// to.
func (s *Store) follow(ctx context.Context, always bool) {
	before := s.warnings
	info, err := os.Stat(s.path)
	if err == nil {
		since := s.opts.Now().Sub(s.read)
		retry := s.told != "" && (since >= refreshEvery || since >= tryAgain && !s.again)
		if versionOf(info) == s.seen && !retry && !always {
			return
		}
		s.again = retry
		err = s.load(info)
	}
	if err == nil {
		s.told = ""
		for _, w := range s.warnings {
			if slices.Contains(before, w) {
				continue // told when it came
			}
			s.logger().WarnContext(ctx, "the file of secrets was read again; it works, but may not be meant so", "problem", w.String())
		}
		return
	}
	if cause := err.Error(); cause != s.told {
		s.told = cause
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
	s.seen, s.read = versionOf(info), s.opts.Now()
	b, err := read(s.path)
	if err != nil {
		return words.Errorf("read secrets: %s", err)
	}
	secrets, problems := Parse(s.path, b, s.opts)
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
		Message: words.Say("others on this machine can read it (%s): chmod 600 it", info.Mode().Perm()),
	}}
}
