package awstest

import (
	"os/exec"
	"syscall"
)

// dieWithParent ends the server with a test binary that is killed.
func dieWithParent(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
