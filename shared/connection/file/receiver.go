package file

import (
	"slices"
	"strings"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/yaml"
)

// receiver holds one who is told what needs a person to what the schema can't say.
func (in *inspection) receiver(path []string) {
	is := in.find(path).node
	address, server := is.Get("url"), is.Get("smtp")
	switch {
	case address == nil && server == nil && in.said(path):
	case address == nil && server == nil:
		in.refuse(in.find(path), "has neither url nor smtp: give it the address to call, or the mail server")
	case address != nil && server != nil:
		in.refuse(in.find(below(path, "smtp")), "stands beside url, and a receiver has one of the two: give the other a name of its own")
	case address != nil:
		// The address isn't repeated: who knows it may be able to write there.
		at := in.find(below(path, "url"))
		if err := connection.CheckNoticeURL(textOf(address)); err != nil && address.Kind == yaml.Text && !in.hasProblem(at) {
			in.add(at, false, words.Of(err))
		}
	case server.Kind == yaml.Object:
		in.addresses(below(path, "smtp"), server)
	}
}

// said tells whether something was said of a key below, which may have been meant for one
// that is missed.
func (in *inspection) said(path []string) bool {
	prefix := in.find(path).path + "."
	return slices.ContainsFunc(in.problems, func(p Problem) bool { return strings.HasPrefix(p.Path, prefix) })
}

// addresses asks whether mail can be written to and from them.
func (in *inspection) addresses(path []string, server *yaml.Node) {
	for _, key := range []string{"from", "to"} {
		// The other one is not asked about here.
		smtp := connection.SMTP{From: "a@example.com", To: "a@example.com"}
		if text := textOf(server.Get(key)); key == "from" {
			smtp.From = text
		} else {
			smtp.To = text
		}
		at := in.find(below(path, key))
		if _, _, err := smtp.Addresses(); err != nil && !in.hasProblem(at) {
			in.add(at, false, words.Of(err))
		}
	}
}
