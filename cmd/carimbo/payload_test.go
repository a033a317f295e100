package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/platform/hotmart"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/queue"
	"github.com/carimbo/carimbo/shared/secret"
)

// tap keeps what intake queues.
type tap struct{ messages []queue.Message }

func (p *tap) Send(_ context.Context, m queue.Message) error {
	p.messages = append(p.messages, m)
	return nil
}

// oneSecret gives the same signing secret for every name.
type oneSecret string

func (s oneSecret) Get(context.Context, string) (secret.Secret, error) {
	return secret.Secret{Values: map[string]string{secret.SigningKey: string(s)}}, nil
}

func (s oneSecret) Refresh(ctx context.Context, name string, _ time.Time) (secret.Secret, error) {
	return s.Get(ctx, name)
}

// Otherwise a correction that a person gave would be replaced by the store's
// former contents, or the same contents would count as newer ones.
func TestContentsOfAFileHaveTheDigestThatIntakeGivesThem(t *testing.T) {
	var queued tap
	cfg := connection.Config{
		Accounts:    map[string]connection.Account{"estudio": {Name: "estudio", Kind: "omie"}},
		Connections: map[string]connection.Connection{"cursos": {Name: "cursos", Platform: "hotmart", Account: "estudio"}},
	}
	in := &intake.Intake{Connections: func() connection.Config { return cfg }, Platform: registry.Get, Secrets: oneSecret("hottok"),
		Queue: func(connection.Account) queue.Sender { return &queued },
		Now:   func() time.Time { return noon }, Meter: &counter{}, Log: slog.New(slog.DiscardHandler)}
	signed := hotmart.Platform{}.Sign([]byte(hotmartOrder), "hottok", noon)
	if r := in.Take(t.Context(), "cursos", signed, "id"); r.Status != 200 || len(queued.messages) != 1 {
		t.Fatalf("%+v, %d messages", r, len(queued.messages))
	}
	n, err := hotmart.Platform{}.Read(signed, cfg.Connections["cursos"].Settings())
	if err != nil {
		t.Fatal(err)
	}
	if got := n.Payload.Digest(); got != queued.messages[0].Digest {
		t.Errorf("%s, and intake says %s", got, queued.messages[0].Digest)
	}
}
