// Package payloads holds sample payloads, one folder per platform: what carimbo
// demo sends, and what carimbo preview and carimbo send are tried with.
package payloads

import "embed"

// FS has the samples as <platform>/<what it tells>.json.
//
//go:embed generic hotmart shopify woocommerce
var FS embed.FS
