package console

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/carimbo/carimbo/shared/words"
)

const (
	// sessionLives is how long a browser stays let in, at most until a restart.
	sessionLives = 12 * time.Hour
	// maxSessions are open at once; the oldest one makes room.
	maxSessions = 32
	// revealedFor is how long who asked for it sees an order's personal data.
	revealedFor = 10 * time.Minute
	// maxSaid is how many sentences wait for the next page.
	maxSaid = 20
)

// session is a browser that was let in.
type session struct {
	// csrf is what a post of its pages has, and nobody else's.
	csrf  string
	until time.Time

	mu sync.Mutex
	// said waits for the next page.
	said []said
	// revealed are the orders whose personal data are shown, with until when.
	revealed map[string]time.Time
	// batches are retries of many orders, the oldest first.
	batches []*batch
}

// said is a sentence about what came of a post.
type said struct {
	Text words.Text
	// Bad: it was refused.
	Bad bool
}

func (s *session) say(t words.Text, bad bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.said) < maxSaid {
		s.said = append(s.said, said{t, bad})
	}
}

// hear is what was said since the last page.
func (s *session) hear() []said {
	s.mu.Lock()
	defer s.mu.Unlock()
	heard := s.said
	s.said = nil
	return heard
}

func (s *session) reveal(key string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.revealed == nil {
		s.revealed = map[string]time.Time{}
	}
	s.revealed[key] = now.Add(revealedFor)
}

func (s *session) reveals(key string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return now.Before(s.revealed[key])
}

// sessions are those of one process: a restart ends them. They are found by the hash of
// what the cookie has, so that the time that takes tells nothing of it.
type sessions struct {
	now func() time.Time
	mu  sync.Mutex
	by  map[[sha256.Size]byte]*session
}

// start returns what the cookie of a new session has.
func (s *sessions) start() string {
	id := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by == nil {
		s.by = map[[sha256.Size]byte]*session{}
	}
	now := s.now()
	for len(s.by) >= maxSessions {
		var first [sha256.Size]byte
		for hash, is := range s.by {
			if was, any := s.by[first]; !any || is.until.Before(was.until) {
				first = hash
			}
		}
		delete(s.by, first)
	}
	s.by[sha256.Sum256([]byte(id))] = &session{csrf: rand.Text(), until: now.Add(sessionLives)}
	return id
}

// find is the session of a request; nil for none.
func (s *sessions) find(r *http.Request) *session {
	cookie, err := r.Cookie(cookieName(r))
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	hash := sha256.Sum256([]byte(cookie.Value))
	is := s.by[hash]
	if is == nil || s.now().Before(is.until) {
		return is
	}
	delete(s.by, hash)
	return nil
}

func (s *sessions) end(r *http.Request) {
	if cookie, err := r.Cookie(cookieName(r)); err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.by, sha256.Sum256([]byte(cookie.Value)))
	}
}

// cookieName has the port at which the browser believes the console: cookies are of a host
// whatever the port, and two tunnels may end in two machines.
func cookieName(r *http.Request) string {
	_, port, err := net.SplitHostPort(r.Host)
	if err != nil || port == "" {
		port = "80"
	}
	return "carimbo-console-" + port
}

func cookie(r *http.Request, value string, seconds int) *http.Cookie {
	return &http.Cookie{Name: cookieName(r), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, SameSite: http.SameSiteStrictMode}
}

// open lets in who has a link that wasn't used. The answer is a page and no redirect: after
// a click on another site's page browsers would leave the new cookie out of one.
func (c *Console) open(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("token")
	// Nobody has opened what a browser fetches beforehand, or asks for the header of.
	if r.Method == http.MethodHead || r.Header.Get("Sec-Purpose") != "" {
		c.locked(w, r, "")
		return
	}
	ok, err := c.opts.Links.Take(token)
	if err != nil {
		c.opts.Log.ErrorContext(r.Context(), "a link of the console could not be used", "cause", err)
	}
	if !ok {
		c.locked(w, r, "used")
		return
	}
	http.SetCookie(w, cookie(r, c.sessions.start(), int(sessionLives.Seconds())))
	c.show(w, r, http.StatusOK, "opened.html", c.pageOf(r, nil, nil))
}

// inSession is what is served in a session.
type inSession func(http.ResponseWriter, *http.Request, *session)

// withSession serves who was let in, and a post only with the token of the session.
func (c *Console) withSession(serve inSession) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s := c.sessions.find(r)
		switch {
		case s == nil:
			c.locked(w, r, "")
		case r.Method == http.MethodPost && !s.sent(r):
			c.fail(w, r, s, http.StatusForbidden, words.Say("The page that this came from is not of this session, or too much was sent: open the page again, and do it from there."))
		default:
			serve(w, r, s)
		}
	}
}

// sent tells whether the post came from a page of the session.
func (s *session) sent(r *http.Request) bool {
	return r.ParseForm() == nil && subtle.ConstantTimeCompare([]byte(r.PostForm.Get("csrf")), []byte(s.csrf)) == 1
}

func (c *Console) close(w http.ResponseWriter, r *http.Request, _ *session) {
	c.sessions.end(r)
	http.SetCookie(w, cookie(r, "", -1))
	c.locked(w, r, "closed")
}
