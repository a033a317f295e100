package manager_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/carimbo/carimbo/shared/secret/manager"
)

type described struct {
	out *secretsmanager.DescribeSecretOutput
	err error
}

func (d described) DescribeSecret(_ context.Context, in *secretsmanager.DescribeSecretInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.DescribeSecretOutput, error) {
	if aws.ToString(in.SecretId) != "shop/omie/estudio" {
		return nil, errors.New("another secret was asked for: " + aws.ToString(in.SecretId))
	}
	return d.out, d.err
}

func TestTheCurrentVersionIsToldWithoutAValue(t *testing.T) {
	for name, c := range map[string]struct {
		answer described
		want   string
		fails  bool
	}{
		"the current one of three": {described{out: &secretsmanager.DescribeSecretOutput{VersionIdsToStages: map[string][]string{
			"v1": {"AWSPREVIOUS"}, "v2": {"AWSCURRENT", "live"}, "v3": {"AWSPENDING"}}}}, "v2", false},
		"no version yet": {described{out: &secretsmanager.DescribeSecretOutput{}}, "", false},
		"no such secret": {described{err: &types.ResourceNotFoundException{}}, "", false},
		"no answer":      {described{err: errors.New("throttled")}, "", true},
	} {
		got, err := manager.NewVersions(c.answer, "shop").Current(t.Context(), "omie/estudio")
		if got != c.want || (err != nil) != c.fails {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
