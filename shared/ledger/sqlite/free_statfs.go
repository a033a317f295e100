//go:build linux || darwin || freebsd

package sqlite

import "golang.org/x/sys/unix"

// Free is how many bytes are left for this user on the folder's disk.
func Free(dir string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	// Signed on some systems, and less than 0 where the reserve is used up.
	return uint64(max(int64(s.Bavail), 0)) * uint64(s.Bsize), nil
}
