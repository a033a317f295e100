package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// askWithin is how long a console that runs may take to say that it does.
const askWithin = 2 * time.Second

// runningHeader has the name of the console that answers, without a session as well.
const runningHeader = "Carimbo-Console"

// Running is a console that somebody serves, as its folder tells who wants another link.
type Running struct {
	// URL is where it listens, without a slash at its end.
	URL string `json:"url"`
	// Name is a random one, by which it is told from whatever listens there after it.
	Name string `json:"name"`
}

// runningFile is in the folder of the links.
const runningFile = "running.json"

// Announce writes down that the console runs, until it is undone.
func Announce(folder string, is Running) (undo func() error, err error) {
	text, err := json.Marshal(is)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the console's folder: %w", err)
	}
	path := filepath.Join(folder, runningFile)
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return nil, fmt.Errorf("write down where the console runs: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return nil, fmt.Errorf("write down where the console runs: %w", err)
	}
	return func() error {
		if now, err := read(path); err != nil || now != is {
			return nil //nolint:nilerr // another one's by now, or gone with its folder
		}
		return os.Remove(path)
	}, nil
}

func read(path string) (is Running, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return is, err
	}
	return is, json.Unmarshal(text, &is)
}

// ErrNoneRuns: nobody serves a console with this folder.
var ErrNoneRuns = errors.New("no console runs with this data folder")

// Find is the console that runs with the folder. The error is ErrNoneRuns where none
// answers at the place that was written down, or another one.
func Find(ctx context.Context, folder string) (Running, error) {
	is, err := read(filepath.Join(folder, runningFile))
	if errors.Is(err, fs.ErrNotExist) {
		return is, ErrNoneRuns
	}
	if err != nil {
		return is, fmt.Errorf("read where the console runs: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, is.URL+"/", nil)
	if err != nil {
		return is, fmt.Errorf("read where the console runs: %w", err)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy: it is on this machine
	answer, err := client.Do(r)
	if err != nil {
		return is, ErrNoneRuns
	}
	defer answer.Body.Close()
	if answer.Header.Get(runningHeader) != is.Name {
		return is, ErrNoneRuns
	}
	return is, nil
}
