package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/carimbo/carimbo/shared/connection"
)

// maxAnswer is how much of an answer is read, in bytes: nothing in it counts.
const maxAnswer = 4 << 10

// errGone: the receiver wants no more calls.
var errGone = errors.New("it answered 410: it wants no more notices")

// newCaller makes a client that asks no second address, and keeps no connection: there
// are few calls, and each may be the last one for a day.
func newCaller() *http.Client {
	return &http.Client{
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, MaxResponseHeaderBytes: 16 << 10, ForceAttemptHTTP2: true},
		// Who was told elsewhere might be anybody.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// post makes one call, signed at now. It is heard without an error; errGone where the
// receiver is to be left alone. No error shows the address, which may be a secret.
func post(ctx context.Context, caller *http.Client, address string, keys [][]byte, n Notice, now time.Time) error {
	if err := connection.CheckNoticeURL(address); err != nil {
		return fmt.Errorf("its url %w", err)
	}
	body, err := json.Marshal(n.Body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return errors.New("its url is no address to call")
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Carimbo")
	r.Header.Set(idHeader, n.ID)
	r.Header.Set(timestampHeader, strconv.FormatInt(now.Unix(), 10))
	r.Header.Set(signatureHeader, signatures(keys, n.ID, now, body))
	answer, err := caller.Do(r)
	if err != nil {
		var of *url.Error
		if errors.As(err, &of) {
			err = of.Err
		}
		return err
	}
	defer answer.Body.Close()
	// Its end, if it comes soon: some servers take a call for broken off otherwise.
	_, _ = io.CopyN(io.Discard, answer.Body, maxAnswer)
	switch {
	case answer.StatusCode == http.StatusGone:
		return errGone
	case answer.StatusCode < 200 || answer.StatusCode > 299:
		return fmt.Errorf("it answered %d", answer.StatusCode)
	}
	return nil
}
