package simulation

import (
	"cmp"
	"slices"
	"time"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/platform/registry"
	"github.com/carimbo/carimbo/shared/secret"
)

// news notes that somebody speaks of the sale after a while.
func (w *world) news(s *sale, after time.Duration) {
	at := w.now.Add(max(after, 0))
	w.lastNews = later(w.lastNews, at)
	if s != nil {
		s.news = later(s.news, at)
	}
}

// sell is a sale: its notices, in the order in which the store has them, and what
// comes of them on the way.
func (w *world) sell(s *sale) {
	switch {
	case s.sort == forged:
		w.forge(s)
		return
	case w.chance(cmp.Or(w.opts.seams.seized, .04)) && w.now.Before(w.calmAt) && s.sort == plain:
		w.plantForeignDocument(s)
	case w.chance(.03):
		// Somebody without the secret tries to change the price.
		w.in(w.within(10*time.Minute), func() { w.forge(s) })
	}
	shuffled := len(s.versions) > 1 || s.sort == refunded
	shuffled = shuffled && w.fails(Shuffled)
	after := time.Duration(0)
	for i := range s.versions {
		if shuffled {
			after = w.logarithmic(time.Second, 4*24*time.Hour)
		}
		topics := s.topics()
		if w.rng.IntN(2) == 0 {
			slices.Reverse(topics)
		}
		for _, topic := range topics[:len(topics)-i%len(topics)] {
			w.speak(s, after, func() { w.notice(s, i, topic) })
			after += w.logarithmic(time.Second, 3*time.Hour)
		}
	}
	if s.sort == refunded {
		w.speak(s, w.refundAfter(shuffled), func() { w.reverse(s) })
	}
	if w.fails(SentTwice) {
		w.speak(s, w.logarithmic(time.Second, time.Hour), func() { w.notice(s, 0, s.topics()[0]) })
	}
	if w.fails(Reordered) {
		w.speak(s, 24*time.Hour+w.within(72*time.Hour), func() { w.notice(s, w.rng.IntN(len(s.versions)), s.topics()[0]) })
	}
}

func (w *world) refundAfter(shuffled bool) time.Duration {
	if shuffled {
		return w.within(time.Minute)
	}
	return w.logarithmic(time.Second, 6*time.Hour) - w.within(2*time.Second)
}

// speak plans something that a store says.
func (w *world) speak(s *sale, after time.Duration, do func()) {
	w.news(s, after)
	w.in(after, do)
}

// notice sends a version of the sale until it is answered 200.
func (w *world) notice(s *sale, version int, topic string) {
	c := s.versions[version]
	for older := range version {
		s.overtaken = s.overtaken || !s.accepted[older]
	}
	w.deliver(s, c.body, topic, func() {
		if s.sort != unpaid {
			s.accepted[version] = true
			s.newest = max(s.newest, version)
		}
	})
}

func (w *world) reverse(s *sale) {
	w.deliver(s, s.reversalBody(), "orders/cancelled", func() {
		if s.reversal = true; s.reversedAt.IsZero() {
			s.reversedAt = w.now
		}
	})
}

// deliver is the store that sends until it is told 200.
func (w *world) deliver(s *sale, body []byte, topic string, accepted func()) {
	w.news(s, 0)
	key := w.secrets["hook/"+s.store.name].Values[secret.SigningKey]
	tries := 0
	var send func()
	send = func() {
		w.webhook(s.key, s.store.name, func(t *task) platform.Request {
			return s.request(body, key, w.now, topic).request
		}, func(status int) {
			if w.fails(AnswerLost) {
				status = 0
			}
			if status == 200 {
				if key != w.secrets["hook/"+s.store.name].Values[secret.SigningKey] {
					w.effect(formerSecret)
				}
				w.news(s, 0)
				accepted()
				return
			}
			if status != 0 && status != 503 {
				// The secret was rotated long ago: the store signs with the new one.
				key = w.secrets["hook/"+s.store.name].Values[secret.SigningKey]
			}
			tries++
			w.in(min(time.Duration(tries)*20*time.Second, 10*time.Minute), send)
		})
	}
	send()
}

// forge is a call that nobody's secret signed, that nobody signed, or, where a
// signature is one of the body, that was changed after it was signed.
func (w *world) forge(s *sale) {
	w.faults[string(NotGenuine)]++
	c := s.versions[0]
	genuine := s.body(c, 99)
	c.cents += 777
	body := s.body(c, 99)
	w.webhook(s.key, s.store.name, func(*task) platform.Request {
		r := s.request(body, s.store.signingSecret(-1), w.now, "").request
		switch {
		case s.buyer%3 == 1:
			clear(r.Header)
		case s.buyer%3 == 2 && s.store.platform == "generic" && s.sort != garbled:
			r = s.request(genuine, w.secrets["hook/"+s.store.name].Values[secret.SigningKey], w.now, "").request
			r.Body = body
		}
		return r
	}, func(status int) {
		if status == 200 {
			w.broken(s.key, "a forged call was answered 200")
		}
	})
}

// signed is a request as the store sends it.
type signed struct {
	platform platform.Platform
	request  platform.Request
}

func (s *sale) request(body []byte, key string, now time.Time, topic string) signed {
	p, _ := registry.Get(s.store.platform)
	r := p.Sign(body, key, now)
	if s.store.platform == shopify && topic != "" {
		r.Header["x-shopify-topic"] = topic
	}
	return signed{p, r}
}

// topics are those that the store tells of a payment under, with the same bytes.
func (s *sale) topics() []string {
	if s.store.platform == shopify {
		return []string{ordersUpdated, ordersPaid}
	}
	return []string{""}
}

func (r signed) digest() string {
	n, _ := r.platform.Read(r.request, platform.Settings{})
	return n.Payload.Digest()
}

// plantForeignDocument has somebody else's document take the reference of the sale, before
// anything of it comes.
func (w *world) plantForeignDocument(s *sale) {
	s.taken = true
	conn := w.config.Connections[s.store.name]
	ref := erp.NewReference(s.store.name, conn.Orig, s.id())
	w.befell(kindOf(w.account(conn.Account).kind, seized))
	for _, a := range w.accounts {
		for _, key := range a.appKeys() {
			a.companies[key].Occupy(ref, foreign)
		}
	}
}
