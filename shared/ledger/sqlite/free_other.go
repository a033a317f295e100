//go:build !(linux || darwin || freebsd || windows)

package sqlite

import "errors"

// Free is errors.ErrUnsupported here.
func Free(string) (uint64, error) { return 0, errors.ErrUnsupported }
