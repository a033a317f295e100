package main

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/notify"
	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/yaml"
)

// receiver is who is told what needs a person, as --json shows it.
type receiver struct {
	Name string `json:"name"`
	// Host is who is called, or the mail server: the rest of an address may be a secret.
	Host string   `json:"host"`
	On   []string `json:"on"`
}

func receiversOf(cfg connection.Config) (list []receiver) {
	for _, name := range slices.Sorted(maps.Keys(cfg.Notify)) {
		r := cfg.Notify[name]
		of := receiver{Name: name, On: r.On}
		if len(of.On) == 0 {
			of.On = namesOf(notify.Kinds())
		}
		if r.SMTP != nil {
			of.Host = r.SMTP.Host
		} else if u, err := url.Parse(r.URL); err == nil {
			of.Host = u.Hostname()
		}
		list = append(list, of)
	}
	return list
}

// printReceivers says who is told, and that a stack tells nobody of them.
func (c *console) printReceivers(list []receiver) {
	for _, r := range list {
		c.printf(c.stdout, "  notify %s (%s): %s\n", r.Name, safe(r.Host), strings.Join(r.On, ", "))
	}
	if len(list) > 0 {
		c.printf(c.stdout, "Notices are sent by carimbo serve. On a stack its alarms take their place: AlarmEmail of template.yaml says who is told.\n")
	}
}

// receiverSecrets asks for what notices are signed with, or mail is handed over with.
func (c *console) receiverSecrets(ctx context.Context, cfg connection.Config, secrets secret.Store) yaml.Problems {
	var problems yaml.Problems
	for _, name := range slices.Sorted(maps.Keys(cfg.Notify)) {
		if p := checkReceiver(ctx, cfg.Notify[name], secrets, c.now()); !p.Message.IsZero() {
			p.File = c.secrets
			problems = append(problems, p)
		}
	}
	return problems
}

// checkReceiver says what the receiver's secret lacks; nothing where all is there.
func checkReceiver(ctx context.Context, r connection.Receiver, secrets secret.Store, now time.Time) yaml.Problem {
	s, err := secrets.Get(ctx, r.SecretName())
	if err != nil && !errors.Is(err, secret.ErrNotFound) {
		return yaml.Problem{Message: words.Say("%s: %s", r.SecretName(), words.Of(err))}
	}
	none := err != nil
	switch user, password := s.Values["user"], s.Values["password"]; {
	case r.SMTP != nil && none:
		return yaml.Problem{Warning: true, Message: words.Say("there is no secret %s: mail is handed to %s without a user and a password, which few servers take", r.SecretName(), r.SMTP.Host)}
	case r.SMTP != nil && (user == "" || password == ""):
		return yaml.Problem{Message: words.Say("%s needs both user and password, which the mail server %s asks for", r.SecretName(), r.SMTP.Host)}
	case r.SMTP != nil:
		return yaml.Problem{}
	case none:
		return yaml.Problem{Message: words.Say("there is no secret %s: add it with a signing_secret, by which %s knows that a notice is yours: make one with echo whsec_$(openssl rand -base64 32)", r.SecretName(), r.Name)}
	}
	keys := s.Signing(now)
	if len(keys) == 0 {
		return yaml.Problem{Message: words.Say("%s has no signing_secret, by which %s knows that a notice is yours: make one with echo whsec_$(openssl rand -base64 32)", r.SecretName(), r.Name)}
	}
	for _, key := range keys {
		if _, err := notify.SigningKey(key); err != nil {
			return yaml.Problem{Message: words.Say("%s: %s", r.SecretName(), words.Of(err))}
		}
	}
	return yaml.Problem{}
}
