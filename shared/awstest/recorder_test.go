package awstest_test

import (
	"fmt"
	"runtime"
	"testing"
)

// recorder is a test that keeps to itself why it failed.
type recorder struct {
	testing.TB
	said string
}

func (r *recorder) Helper() {}

func (r *recorder) Fatal(args ...any) {
	r.said = fmt.Sprint(args...)
	runtime.Goexit()
}
