package simulation

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
)

// appKeys are the apps that an account can be of: the first is the one it begins with.
func (a *account) appKeys() []string { return []string{"10" + a.name, "20" + a.name} }

// rekey gives an account the App Key of another app, which knows nothing of what was
// created under the former one; maybe it gets the former one back.
func (w *world) rekey() {
	a := w.accounts[w.rng.IntN(len(w.accounts))]
	is := w.secrets[a.secret()].Values["app_key"]
	keys := a.appKeys()
	other := keys[(slices.Index(keys, is)+1)%len(keys)]
	w.befell(NewKey)
	a.lasts(w.now.Add(keepSecret)) // until when the former key is remembered
	a.resecreted, a.rekeyed = true, true
	w.secrets.rotate(a.secret(), w.now, map[string]string{"app_key": other, "app_secret": a.keys[other]})
	w.tell("", "%s has the App Key %s", a.name, other)
}

// resecret gives the account's app another App Secret.
func (w *world) resecret(a *account, n int) {
	a.resecreted = true
	is := w.secrets[a.secret()].Values["app_key"]
	a.keys[is] = "segredo-" + is + strconv.Itoa(n)
	w.secrets.rotate(a.secret(), w.now, map[string]string{"app_secret": a.keys[is]})
	w.tell("", "the secret of %s is rotated", a.name)
}

// newKeys are the App Secrets of the account's apps.
func (a *account) newKeys() map[string]string {
	keys := map[string]string{}
	for _, key := range a.appKeys() {
		keys[key] = "segredo-" + key
	}
	return keys
}

// checkKey: what another app doesn't show says nothing, and only there.
func (w *world) checkKey(_ *task, s *sale, before, after ledger.Entry) string {
	if before.State != ledger.Uncertain || before.Parked() {
		return ""
	}
	other := s.lookedUnder != "" && before.Document.Key != "" && before.Document.Key != erp.KeyDigest(s.lookedUnder)
	switch parked := after.Parked() && ofAnotherKey(after); {
	case parked && !other:
		return "parked for another App Key, and it is the same"
	case parked:
		w.effect(otherKey)
	case other && after.State == ledger.Waiting && after.Reason.Kind == "not_sent":
		return "absent under another App Key, and created again"
	}
	return ""
}

// checkRestOf: nothing rests longer than its bound, and who ends a rest wakes nothing
// too early.
func checkRestOf(w *world, s *sale, before, after ledger.Entry) string {
	most := s.account.bound() + 10*w.spacing + 2*skewLimit
	if w.machine != nil {
		most += 2 * farthest
	}
	switch resumed := before.Rests && !after.Rests && before.Owner == "" && after.Owner == "" && before.State == after.State && after.Until.Before(before.Until); {
	case after.Rests && after.Until.Sub(w.clock()) > max(most, w.spacing*2):
		return fmt.Sprintf("rests for %s", after.Until.Sub(w.clock()))
	case resumed && after.Until.Before(before.QuietUntil):
		return "resumed before quiet_until"
	}
	return ""
}
