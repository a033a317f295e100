//go:build !linux

package awstest

import "os/exec"

// dieWithParent can't be promised here: a test binary that is killed leaves the
// server behind.
func dieWithParent(*exec.Cmd) {}
