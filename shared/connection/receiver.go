package connection

import (
	"net/mail"
	"net/netip"
	"net/url"
	"strings"

	"github.com/carimbo/carimbo/shared/words"
)

// Receiver is whom `carimbo serve` tells what needs a person: one address that is
// called, or that mail goes to. A stack has alarms in its place.
type Receiver struct {
	Name string `json:"-"`
	URL  string `json:"url,omitempty"`
	SMTP *SMTP  `json:"smtp,omitempty"`
	// On are the kinds of notices that it wants; all where there are none.
	On []string `json:"on,omitempty"`
	// Lang is the language that it reads, "pt" or "en"; serve's own where it is empty.
	Lang string `json:"lang,omitempty"`
}

// SMTP is a mail server, and from whom and to whom mail goes.
type SMTP struct {
	Host string `json:"host"`
	// Port is 465 for TLS from the first byte; at any other STARTTLS is asked for.
	Port int    `json:"port"`
	From string `json:"from"`
	// To is one address, or several with commas between them.
	To string `json:"to"`
}

// SecretName is where its secret is kept.
func (r Receiver) SecretName() string { return "notify/" + r.Name }

// CheckNoticeURL is why an address can't be told anything: what is sent there must be
// read by nobody on the way. The error continues "url".
func CheckNoticeURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "" || u.Fragment != "":
		return words.Errorf("is no address to call: write it like https://example.com/notices")
	case u.User != nil:
		return words.Errorf("has a user or password in it, which everybody reads who reads this file: remove them, calls are signed")
	case u.Scheme == "https" || u.Scheme == "http" && IsLoopback(u.Hostname()):
		return nil
	}
	return words.Errorf("must begin with https://; http:// is for this machine alone (127.0.0.1, localhost)")
}

// Addresses are the sender's and the recipients' of a mail. The error continues the name
// of a field.
func (s SMTP) Addresses() (from *mail.Address, to []*mail.Address, err error) {
	if from, err = mail.ParseAddress(s.From); err != nil {
		return nil, nil, words.Errorf("%q is no e-mail address: write it like carimbo@example.com", s.From)
	}
	if to, err = mail.ParseAddressList(s.To); err != nil {
		return nil, nil, words.Errorf("%q is no e-mail address: write it like you@example.com, several with commas between them", s.To)
	}
	return from, to, nil
}

// IsLoopback tells whether a host is this machine, by its name alone.
func IsLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
