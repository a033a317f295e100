package placing

import (
	"slices"

	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/ledger"
)

// maxSeen bounds the digests that are remembered of one order.
const maxSeen = 64

// isNewer tells whether contents win over all that the entry knows (rule 12): a
// greater version, also of a body that the store went back to, or an equal one
// (so always where the platform has none) with a body not seen before.
func isNewer(e ledger.Entry, c ledger.Contents) bool {
	latest := latestVersion(e)
	return c.Version > latest || c.Version == latest && !slices.Contains(e.Seen, c.Digest)
}

// latestVersion is the version of the newest contents that the entry knows.
func latestVersion(e ledger.Entry) int64 {
	if e.Newer != nil {
		return e.Newer.Version
	}
	return e.Version
}

// replaceContents makes c the entry's contents.
func replaceContents(e *ledger.Entry, c ledger.Contents) {
	e.Payload, e.Version, e.Digest = c.Payload, c.Version, c.Digest
	e.Seen = addDigest(e.Seen, c.Digest)
	if c.StoreNumber != "" {
		e.StoreNumber = c.StoreNumber
	}
	keepBetterMoment(e, c)
}

// replaceByNewer makes what was kept beside the entry's contents, and tells whether
// the store mended the order with it: a better moment of payment alone mends nothing.
func replaceByNewer(e *ledger.Entry) (mended bool) {
	if e.Newer == nil {
		return false
	}
	if mended = e.Newer.Digest != e.Digest; mended {
		e.Lessons = erp.Lessons{}
	}
	replaceContents(e, *e.Newer)
	e.Newer = nil
	return mended
}

// addDigest adds a digest to a copy of the list: the entry that the list came
// from must not change under a transition that is never written.
func addDigest(digests []string, d string) []string {
	if slices.Contains(digests, d) {
		return digests
	}
	list := append(slices.Clone(digests), d)
	return list[max(0, len(list)-maxSeen):]
}
