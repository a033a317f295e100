package shopify_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/intake"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/queue"
	shopsecret "github.com/carimbo/carimbo/shared/secret"
)

// around is all that intake needs beside a platform.
type around struct{}

func (around) Send(context.Context, queue.Message) error { return nil }

func (around) Get(context.Context, string) (shopsecret.Secret, error) {
	return shopsecret.Secret{Values: map[string]string{shopsecret.SigningKey: secret}}, nil
}

func (around) Refresh(ctx context.Context, name string, _ time.Time) (shopsecret.Secret, error) {
	return around{}.Get(ctx, name)
}

func (around) Take(context.Context, intake.Metric, string, string) {}

// Who is connected on the day does not have last week's orders created by shipping them.
func TestAnOrderFromBeforeSinceIsIgnoredUntilItIsPaid(t *testing.T) {
	config, err := connection.Parse([]byte(`{"erps":{"loja":{"kind":"sensio"}},"connections":{"loja":{"platform":"shopify","erp":"loja","since":"2026-11-02"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	in := &intake.Intake{Connections: func() connection.Config { return config }, Secrets: around{}, Meter: around{},
		Platform: func(string) (platform.Platform, bool) { return shop, true },
		Queue:    func(connection.Account) queue.Sender { return around{} },
		Now:      func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	for _, c := range []struct{ topic, want string }{
		{"orders/updated", "ignored"}, {"orders/fulfilled", "ignored"}, {"orders/paid", "accepted"},
	} {
		r := shop.Sign(situation(t, "paid-date-race.json"), secret, now)
		r.Header["x-shopify-topic"] = c.topic
		if got := in.Take(t.Context(), "loja", r, "id"); got.Answer.Status != c.want {
			t.Errorf("%s: %s, want %s", c.topic, got.Answer.Status, c.want)
		}
	}
}
