package notify_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"mime"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/notify"
	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/words"
)

// postOffice is a real mail server, which takes mail from one user.
type postOffice struct {
	addr string

	mu     sync.Mutex
	mails  []letter
	logins []string
	said   bytes.Buffer
}

type letter struct {
	from string
	to   []string
	text string
}

func (p *postOffice) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &session{office: p, conn: c}, nil
}

type session struct {
	office *postOffice
	conn   *smtp.Conn
	in     bool
	letter letter
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		s.office.mu.Lock()
		defer s.office.mu.Unlock()
		s.office.logins = append(s.office.logins, user+":"+password)
		if s.in = user == "carimbo" && password == "palavra"; !s.in {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.letter = letter{from: from}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.letter.to = append(s.letter.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	s.letter.text = string(b)
	s.office.mu.Lock()
	defer s.office.mu.Unlock()
	s.office.mails = append(s.office.mails, s.letter)
	return err
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

// Write keeps what is said without TLS.
func (p *postOffice) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.Write(b)
}

func (p *postOffice) takes() []letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	mails := p.mails
	p.mails = nil
	return mails
}

// certificate is one for a name, by nobody but itself.
func certificate(t *testing.T, name string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, of, of, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}, roots
}

// office serves mail: with a certificate where there is one, at once where implicit.
func office(t *testing.T, certificate *tls.Certificate, implicit, openAuth bool) *postOffice {
	t.Helper()
	p := &postOffice{}
	server := smtp.NewServer(p)
	server.Domain, server.AllowInsecureAuth, server.Debug, server.ErrorLog = "mail.example.com", openAuth, p, quiet{}
	if certificate != nil {
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*certificate}}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.addr = l.Addr().String()
	if implicit {
		l = tls.NewListener(l, server.TLSConfig)
	}
	done := make(chan struct{})
	go func() { _ = server.Serve(l); close(done) }()
	t.Cleanup(func() { server.Close(); <-done })
	return p
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// mails has the bench's receiver be a mail server that is called host, and is at addr.
func (b *bench) mails(host string, port int, addr string, roots *x509.CertPool) {
	b.t.Helper()
	b.receivers["torre"] = connection.Receiver{Name: "torre", SMTP: &connection.SMTP{Host: host, Port: port,
		From: "Carimbo da Loja <carimbo@example.com>", To: "ana@example.com, Zé <ze@example.com>"}}
	b.secrets.set("notify/torre", secret.Secret{Values: map[string]string{"user": "carimbo", "password": "palavra"}})
	b.change = func(o *notify.Options) {
		o.Roots = roots
		o.Dial = func(ctx context.Context, network, asked string) (net.Conn, error) {
			if want := net.JoinHostPort(host, strconv.Itoa(port)); asked != want {
				return nil, errors.New(asked + " was dialled for " + want)
			}
			return new(net.Dialer).DialContext(ctx, network, addr)
		}
	}
	b.again()
	b.notifier.Limit(clocktest.Hang)
	b.standing = []notify.Cause{mapping()}
}

func TestMailGoesWithTLSOffThisMachineOrNotAtAll(t *testing.T) {
	t.Parallel()
	right, roots := certificate(t, "smtp.example.com")
	wrong, _ := certificate(t, "smtp.example.com")
	other, otherRoots := certificate(t, "smtp.example.org")
	for name, c := range map[string]struct {
		host               string
		port               int
		certificate        *tls.Certificate
		roots              *x509.CertPool
		implicit, openAuth bool
		password           string
		refused            string
	}{
		"STARTTLS":                       {host: "smtp.example.com", port: 587, certificate: &right, roots: roots},
		"TLS from the first byte":        {host: "smtp.example.com", port: 465, certificate: &right, roots: roots, implicit: true},
		"no TLS":                         {host: "smtp.example.com", port: 587, roots: roots, openAuth: true, refused: "offers no TLS"},
		"a certificate of nobody's":      {host: "smtp.example.com", port: 587, certificate: &wrong, roots: roots, refused: "certificate signed by unknown authority"},
		"another's certificate":          {host: "smtp.example.com", port: 587, certificate: &other, roots: otherRoots, refused: "not smtp.example.com"},
		"another's from the first byte":  {host: "smtp.example.com", port: 465, certificate: &other, roots: otherRoots, implicit: true, refused: "not smtp.example.com"},
		"a wrong password":               {host: "smtp.example.com", port: 587, certificate: &right, roots: roots, password: "outra", refused: "it answered 535"},
		"this machine":                   {host: "127.0.0.1", port: 25, openAuth: true},
		"this machine by its name":       {host: "localhost", port: 25, certificate: &wrong, openAuth: true},
		"this machine, where it insists": {host: "localhost", port: 25, certificate: &wrong, refused: "certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := office(t, c.certificate, c.implicit, c.openAuth)
			b := newBench(t)
			b.mails(c.host, c.port, p.addr, c.roots)
			if c.password != "" {
				b.secrets.set("notify/torre", secret.Secret{Values: map[string]string{"user": "carimbo", "password": c.password}})
			}
			b.round()
			mails := p.takes()
			if c.refused == "" {
				if len(mails) != 1 || mails[0].from != "carimbo@example.com" || strings.Join(mails[0].to, " ") != "ana@example.com ze@example.com" || len(p.logins) != 1 {
					t.Errorf("%+v, signed in as %v: %s", mails, p.logins, &b.log)
				}
				b.later(time.Hour)
				if n := len(p.takes()); n != 0 {
					t.Errorf("%d mails more", n)
				}
				return
			}
			if len(mails) != 0 || !strings.Contains(b.log.String(), c.refused) {
				t.Errorf("%d mails; the log doesn't say %q: %s", len(mails), c.refused, &b.log)
			}
			if c.password == "" && len(p.logins) != 0 || strings.Contains(p.said.String(), "AUTH PLAIN ") && c.password == "" {
				t.Errorf("the password was said: %v, %s", p.logins, &p.said)
			}
			if strings.Contains(b.log.String(), "palavra") {
				t.Errorf("the log has the password: %s", &b.log)
			}
		})
	}
}

func TestAMailIsTheNoticesTextUnderItsID(t *testing.T) {
	t.Parallel()
	p := office(t, nil, false, true)
	b := newBench(t)
	b.mails("127.0.0.1", 25, p.addr, nil)
	cause := mapping()
	cause.Message = words.Plain("3 orders of cursos rejected: SKU \"Canção\r\nBcc: eva@example.com\r\n\r\n.\r\nMAIL FROM:<eva@example.com>\" is not mapped")
	cause.Link = ""
	b.standing = []notify.Cause{cause}
	b.round()
	mails := p.takes()
	if len(mails) != 1 {
		t.Fatalf("%d mails: %s", len(mails), &b.log)
	}
	m, err := mail.ReadMessage(strings.NewReader(mails[0].text))
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsFunc(m.Header.Get("Subject"), func(r rune) bool { return r > 126 || r < 32 }) {
		t.Errorf("subject %q", m.Header.Get("Subject"))
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || !strings.HasPrefix(subject, `Carimbo: 3 orders of cursos rejected: SKU "Canção  Bcc: ***`) {
		t.Errorf("subject %q, %v", subject, err)
	}
	if len(m.Header) != 9 || m.Header.Get("Bcc") != "" || m.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("headers: %v", m.Header)
	}
	if from, err := m.Header.AddressList("From"); err != nil || len(from) != 1 || from[0].Name != "Carimbo da Loja" {
		t.Errorf("from %v, %v", from, err)
	}
	if got, want := m.Header.Get("Message-ID"), "<"+b.notices()[0].ID+"@example.com>"; got != want {
		t.Errorf("id %s, want %s", got, want)
	}
	if at, err := m.Header.Date(); err != nil || !at.Equal(noon) {
		t.Errorf("date %v, %v", at, err)
	}
	if body, _ := io.ReadAll(m.Body); !strings.HasSuffix(string(body), "\r\ncarimbo orders retry --connection cursos --kind mapping\r\n") {
		t.Errorf("body %q", body)
	}
}

func TestAMailServerThatHangsOrRavesIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		say   string
		often int
		cause string
	}{
		"says nothing":         {"", 1, "there was no answer within"},
		"stops in a line":      {"220 mail", 1, "there was no answer within"},
		"says no end of words": {strings.Repeat("220-a", 1<<10), 1 << 10, "the mail server says too much"},
		"refuses":              {"554 go away, ana@example.com\r\n", 1, "it answered 554: go away, ***"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			b := newBench(t)
			b.mails("127.0.0.1", 25, l.Addr().String(), nil)
			if c.cause == "there was no answer within" {
				b.notifier.Limit(50 * time.Millisecond)
			}
			served := make(chan struct{})
			go func() {
				defer close(served)
				conn, err := l.Accept()
				if err != nil {
					return
				}
				defer conn.Close()
				for range c.often {
					if _, err := io.WriteString(conn, c.say); err != nil {
						return
					}
				}
				_, _ = io.Copy(io.Discard, conn)
			}()
			b.round()
			<-served
			if !strings.Contains(b.log.String(), c.cause) || b.notices()[0].Tries != 1 {
				t.Errorf("the log: %s", &b.log)
			}
		})
	}
}
