package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/order"
)

// maxSMTP is how much a mail server may say, in bytes, with its certificates.
const maxSMTP = 256 << 10

// implicitTLS is the port at which TLS begins with the first byte.
const implicitTLS = 465

// login is what a mail server asks for; empty for nothing.
type login struct{ user, password string }

// mailer sends mail.
type mailer struct {
	dial func(ctx context.Context, network, address string) (net.Conn, error)
	// roots are whose certificates count; the system's where it is nil.
	roots *x509.CertPool
}

// send hands one mail over, within ctx. Off this machine nothing is said without TLS to
// a server whose certificate is its own.
func (m mailer) send(ctx context.Context, to connection.SMTP, as login, n Notice, now time.Time) error {
	from, recipients, err := to.Addresses()
	if err != nil {
		return fmt.Errorf("its smtp %w", err)
	}
	conn, err := m.dial(ctx, "tcp", net.JoinHostPort(to.Host, strconv.Itoa(to.Port)))
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	err = m.talk(&bounded{conn, maxSMTP}, to, as, from, recipients, written(n, from, recipients, now))
	if ctx.Err() != nil && err != nil {
		return context.Cause(ctx)
	}
	return withoutAddresses(err)
}

// withoutAddresses is an error without the e-mail addresses that a mail server repeats.
func withoutAddresses(err error) error {
	var said *textproto.Error
	if errors.As(err, &said) {
		return fmt.Errorf("it answered %d: %s", said.Code, plain(said.Msg))
	}
	return err
}

func (m mailer) talk(conn net.Conn, to connection.SMTP, as login, from *mail.Address, recipients []*mail.Address, text []byte) error {
	secure := &tls.Config{ServerName: to.Host, RootCAs: m.roots, MinVersion: tls.VersionTLS12}
	if to.Port == implicitTLS {
		conn = tls.Client(conn, secure)
	}
	c, err := smtp.NewClient(conn, to.Host)
	if err != nil {
		return err
	}
	if to.Port != implicitTLS {
		if err := startTLS(c, to, as, secure); err != nil {
			return err
		}
	}
	if as != (login{}) {
		if err := c.Auth(smtp.PlainAuth("", as.user, as.password, to.Host)); err != nil {
			return err
		}
	}
	if err := c.Mail(from.Address); err != nil {
		return err
	}
	for _, r := range recipients {
		if err := c.Rcpt(r.Address); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	_ = c.Quit() // the mail is theirs already
	return nil
}

// startTLS asks for TLS. On this machine, where most servers' certificates are nobody's,
// that is done only where the password would not be taken without.
func startTLS(c *smtp.Client, to connection.SMTP, as login, secure *tls.Config) error {
	offered, _ := c.Extension("STARTTLS")
	signsIn, _ := c.Extension("AUTH")
	switch local := connection.IsLoopback(to.Host); {
	case local && (as == login{} || signsIn):
		return nil
	case !offered && local:
		return nil
	case !offered:
		return errors.New("the mail server offers no TLS, and nothing is sent without: ask your provider for the port with STARTTLS (587) or TLS (465)")
	}
	return c.StartTLS(secure)
}

// written is the mail. Its id is the notice's, so that a mail that is sent twice is one.
func written(n Notice, from *mail.Address, recipients []*mail.Address, now time.Time) []byte {
	var to []string
	for _, r := range recipients {
		to = append(to, r.String())
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	subject, _, _ := strings.Cut(n.Body.Text, "\n")
	var b bytes.Buffer
	for _, h := range [][2]string{
		{"From", from.String()}, {"To", strings.Join(to, ", ")},
		{"Subject", mime.QEncoding.Encode("utf-8", order.Cut(subject, 120))},
		{"Date", now.Format(time.RFC1123Z)}, {"Message-ID", "<" + n.ID + "@" + domain + ">"},
		{"Auto-Submitted", "auto-generated"}, {"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"}, {"Content-Transfer-Encoding", "quoted-printable"},
	} {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	// Neither fails: b is in memory.
	_, _ = io.WriteString(w, strings.ReplaceAll(n.Body.Text, "\n", "\r\n")+"\r\n")
	_ = w.Close()
	return b.Bytes()
}

// bounded is a connection whose other end may say so much.
type bounded struct {
	net.Conn
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errors.New("the mail server says too much")
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
