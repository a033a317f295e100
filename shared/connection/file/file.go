// Package file reads connections.yaml for people: YAML or JSON, every problem at
// once, each with its line and column and with what is allowed there. It is for
// the command line; functions read the JSON that ToJSON wrote, with package
// connection alone.
package file

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/carimbo/carimbo/shared/connection"
	"github.com/carimbo/carimbo/shared/erp"
	"github.com/carimbo/carimbo/shared/words"
	"github.com/carimbo/carimbo/shared/yaml"
)

// Problem is one thing that is wrong, or may not be meant, and where.
type Problem = yaml.Problem

// Problems is all that is wrong in the file, by position.
type Problems = yaml.Problems

// Load reads and checks the file. Problems holds everything that was found,
// warnings too. The error is a Problems without the warnings if the file is
// wrong, and anything else if it can't be read; Config is to be used only
// without an error. Accounts are of the kinds that are given. Where platforms are named, they are those that the program has
// built in: of a platform that nobody knows it is said that these are allowed.
func Load(path string, kinds erp.Kinds, platforms ...string) (connection.Config, Problems, error) {
	b, err := read(path)
	if err != nil {
		return connection.Config{}, nil, words.Errorf("read connections: %s", err)
	}
	return Parse(path, b, kinds, platforms...)
}

// read stops a little behind the largest size, so that Parse can say so.
func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, yaml.MaxSize+1))
}

// Parse is Load of bytes; name is what problems call the file.
func Parse(name string, b []byte, kinds erp.Kinds, platforms ...string) (connection.Config, Problems, error) {
	root, problems := yaml.Parse(name, b)
	if root == nil && len(problems) == 0 {
		problems = Problems{{File: name, Message: words.Say("is empty; it needs erps and connections")}}
	}
	if len(problems) > 0 {
		return connection.Config{}, problems, problems.Errors()
	}
	in := &inspection{file: name, root: root, kinds: kinds, platforms: platforms}
	if err := in.schema(); err != nil {
		return connection.Config{}, nil, err
	}
	in.rules()
	in.checks()
	problems = in.problems.Sorted()
	if err := problems.Errors(); err != nil {
		return connection.Config{}, problems, err
	}
	config, err := connection.Parse(root.JSON())
	return config, problems, err
}

// ToJSON is the file that is packaged beside a function, for connection.Parse. It
// has the same bytes whatever the order of the accounts and stores.
func ToJSON(c connection.Config) ([]byte, error) {
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write connections: %w", err)
	}
	return append(b, '\n'), nil
}
