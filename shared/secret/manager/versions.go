package manager

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/carimbo/carimbo/shared/words"
)

// Versions tells which version of a secret is the current one, as secret.Secret has
// it, without reading any of it.
type Versions struct {
	client Describer
	prefix string
}

// NewVersions is of the secrets whose names begin with prefix and a slash.
func NewVersions(client Describer, prefix string) Versions {
	return Versions{client: client, prefix: strings.TrimSuffix(prefix, "/") + "/"}
}

// Current is the version's id; empty where there is no such secret.
func (v Versions) Current(ctx context.Context, name string) (string, error) {
	out, err := v.client.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: aws.String(v.prefix + name)})
	if gone(err) {
		return "", nil
	}
	if err != nil {
		return "", words.Errorf("describe the secret %s: %s", name, err)
	}
	for id, stages := range out.VersionIdsToStages {
		if slices.Contains(stages, current) {
			return id, nil
		}
	}
	return "", nil
}
