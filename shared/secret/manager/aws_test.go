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
	versions := map[string]bool{}
	keys := func(want ...string) {
		t.Helper()
		got, err := s.Refresh(t.Context(), "hook/cursos", c.Now())
		is, err2 := manager.NewVersions(client, stack).Current(t.Context(), "hook/cursos")
		if is == "" || is != got.Version || err2 != nil {
			t.Errorf("version %q was read, the current one is %q, %v", got.Version, is, err2)
		}
		versions[is] = true
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
	if len(versions) != 2 {
		t.Errorf("two secrets had %d versions", len(versions))
	}

	if _, err := client.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: &name}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Refresh(t.Context(), "hook/cursos", c.Now()); !errors.Is(err, secret.ErrNotFound) {
		t.Error("a secret that is being deleted:", err)
	}
	if is, err := manager.NewVersions(client, stack).Current(t.Context(), "hook/never"); is != "" || err != nil {
		t.Errorf("a secret that was never made has version %q, %v", is, err)
	}
}
