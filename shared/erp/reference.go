package erp

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"
)

// codeLength: Omie publishes no limit for cCodIntOS; 20 characters are known to
// be taken.
const codeLength = 20

// NewReference makes the reference of an order: Code is the first 20 characters
// of lower-case base32 of SHA-256(connection NUL order id), so that it is stable
// and two stores with the same order number can't collide in one account.
func NewReference(connection, orig, orderID string) Reference {
	sum := sha256.Sum256([]byte(connection + "\x00" + orderID))
	code := strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:codeLength]
	if orig == "" {
		orig = connection
	}
	return Reference{Code: code, Orig: orig, OrigID: orderID}
}

// IsCode tells whether a text has the form of a reference's code.
func IsCode(text string) bool {
	return len(text) == codeLength && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// KeyDigest tells one App Key from another: 16 hexadecimal characters.
func KeyDigest(appKey string) string {
	sum := sha256.Sum256([]byte("app key\x00" + appKey))
	return hex.EncodeToString(sum[:8])
}
