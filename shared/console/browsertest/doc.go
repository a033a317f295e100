// Package browsertest opens the console in Chromium as a person does, and nothing links
// it: it has tests alone. `.ci/browser` gets what they need.
package browsertest
