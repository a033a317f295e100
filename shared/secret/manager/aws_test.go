package manager_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/go-cmp/cmp"

	"github.com/carimbo/carimbo/shared/awstest"
	"github.com/carimbo/carimbo/shared/clocktest"
	"github.com/carimbo/carimbo/shared/secret"
	"github.com/carimbo/carimbo/shared/secret/manager"
)

var server awstest.Server

func TestMain(m *testing.M) { server.Main(m) }

func TestARotationIsFollowedAndTheFormerSecretAccepted(t *testing.T) {
	client := secretsmanager.NewFromConfig(server.Start(t).Config)
	stack := awstest.Name("stack")
	c := clocktest.At(time.Now())
	s := manager.New(client, stack, manager.Options{Now: c.Now})

	if _, err := s.Get(t.Context(), "hook/cursos"); !errors.Is(err, secret.ErrNotFound) {
		t.Fatal("a secret that was never made:", err)
	}
	c.Pass(time.Minute)
	name, first, second := stack+"/hook/cursos", `{"signing_secret":"first"}`, `{"signing_secret":"second"}`
	if _, err := client.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: &first}); err != nil {
		t.Fatal(err)
	}
	keys := func(want ...string) {
		t.Helper()
		got, err := s.Refresh(t.Context(), "hook/cursos", c.Now())
		if diff := cmp.Diff(want, got.Signing(c.Now())); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
		if age := c.Now().Sub(got.Since); age < -clocktest.Hang || age > 25*time.Hour {
			t.Errorf("in force since %s", got.Since)
		}
		c.Pass(time.Minute)
	}
	keys("first")
	if _, err := client.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: &name, SecretString: &second}); err != nil {
		t.Fatal(err)
	}
	keys("second", "first")
	c.Pass(24*time.Hour + clocktest.Hang)
	keys("second")

	if _, err := client.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: &name}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Refresh(t.Context(), "hook/cursos", c.Now()); !errors.Is(err, secret.ErrNotFound) {
		t.Error("a secret that is being deleted:", err)
	}
}
