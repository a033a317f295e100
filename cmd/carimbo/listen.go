package main

import (
	"net"

	"github.com/spf13/cobra"
)

// Where serve listens unless flags say otherwise. Both are loopback: a proxy with TLS stands
// before the one, and nothing before the other.
const (
	defaultAddr    = "127.0.0.1:8787"
	defaultConsole = "127.0.0.1:8788"
	noConsole      = "off"
)

// listenable refuses an address that nobody could listen on, before anything else
// is done.
func listenable(cmd *cobra.Command, addr string) error {
	_, _, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = net.ResolveTCPAddr("tcp", addr)
	}
	if err != nil {
		return usage(cmd, "--addr %q is no address to listen on (%v): it is a host and a port, like %s, or :8787 for every address of this machine", addr, err, defaultAddr)
	}
	return nil
}

// consoleAddr refuses an address of the console that others than this machine could reach.
func consoleAddr(cmd *cobra.Command, addr string) error {
	if addr == noConsole {
		return nil
	}
	host, _, err := net.SplitHostPort(addr)
	var at *net.TCPAddr
	if err == nil {
		at, err = net.ResolveTCPAddr("tcp", addr)
	}
	switch {
	case err != nil:
		return usage(cmd, "--console %q is no address to listen on (%v): it is a host of loopback and a port, like %s, or %s", addr, err, defaultConsole, noConsole)
	case host == "" || !at.IP.IsLoopback():
		return usage(cmd, "--console %s could be reached from elsewhere: it is for this machine alone, like %s; from another machine it is opened through a tunnel (ssh -L)", addr, defaultConsole)
	}
	return nil
}
