package manager

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/words"
)

// The stages of a rotation that count here.
const (
	current  = "AWSCURRENT"
	previous = "AWSPREVIOUS"
)

// fetch reads both versions of the secret. Without a previous one, or with one
// that never was a secret of ours, there is none to accept; if it can't be read,
// nothing is known, or calls that are signed with it would be refused.
func (s *Store) fetch(ctx context.Context, name string) (secret.Secret, error) {
	now, err := s.version(ctx, name, current)
	if err != nil {
		return secret.Secret{}, words.Errorf("read the secret %s: %s", name, err)
	}
	found := secret.Secret{Values: now.values, Since: now.created, Version: now.id}
	former, err := s.version(ctx, name, previous)
	switch {
	case err == nil:
		found.Previous = former.values
	case !errors.Is(err, secret.ErrNotFound) && !errors.Is(err, errForm):
		return secret.Secret{}, words.Errorf("read the previous secret %s: %s", name, err)
	}
	return found, nil
}

type version struct {
	id      string
	values  map[string]string
	created time.Time
}

// version reads one version by its stage. The current one is asked for by name
// too, although it is AWS's default: not every emulator has that.
func (s *Store) version(ctx context.Context, name, stage string) (version, error) {
	out, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{
		SecretId: aws.String(s.prefix + name), VersionStage: aws.String(stage),
	})
	if gone(err) {
		return version{}, secret.ErrNotFound
	}
	if err != nil {
		return version{}, err
	}
	text := out.SecretBinary
	if out.SecretString != nil {
		text = []byte(*out.SecretString)
	}
	values, err := parse(text)
	if err != nil {
		return version{}, err
	}
	v := version{id: aws.ToString(out.VersionId), values: values}
	if out.CreatedDate != nil {
		v.created = *out.CreatedDate
	}
	return v, nil
}

// gone tells that there is no such secret or stage. InvalidRequestException is
// the answer for a secret that is scheduled for deletion: who deletes a key wants
// it out of force.
func gone(err error) bool {
	var missing *types.ResourceNotFoundException
	var deleted *types.InvalidRequestException
	return errors.As(err, &missing) || errors.As(err, &deleted)
}

// Errors of a secret's form; none shows any of it.
var (
	errForm     = words.Errorf("it is no secret of ours")
	errNoObject = words.Errorf("%s: it is not a JSON object", errForm)
	errNoText   = words.Errorf("%s: a field is neither a text nor a number", errForm)
)

// parse reads a secret's object. A number counts by its text: App Keys are digits.
func parse(text []byte) (map[string]string, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var fields map[string]any
	if d.Decode(&fields) != nil || fields == nil {
		return nil, errNoObject
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errNoObject
	}
	values := make(map[string]string, len(fields))
	for name, field := range fields {
		switch v := field.(type) {
		case string:
			values[name] = v
		case json.Number:
			values[name] = v.String()
		default:
			return nil, errNoText
		}
	}
	return values, nil
}
