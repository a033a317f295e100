package deploy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBothStagesAreDeployedWithoutAQuestionThatIsNotMeant(t *testing.T) {
	s, err := parse(translate(t).Stack)
	if err != nil {
		t.Fatal(err)
	}
	config := samconfig(t)
	for stage, confirm := range map[string]string{"dev": "false", "prod": "true"} {
		got := config[stage+".deploy.parameters"]
		for _, override := range strings.Fields(strings.Trim(got["parameter_overrides"], `"`)) {
			name, _, _ := strings.Cut(override, "=")
			if _, ok := s.Parameters[name]; !ok {
				t.Errorf("%s overrides %s, which the template doesn't have", stage, name)
			}
		}
		delete(got, "parameter_overrides")
		want := map[string]string{
			"stack_name": `"carimbo-` + stage + `"`, "s3_prefix": `"carimbo-` + stage + `"`, "region": `"sa-east-1"`, "resolve_s3": "true",
			"capabilities": `"CAPABILITY_IAM"`, "confirm_changeset": confirm, "fail_on_empty_changeset": "false",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", stage, diff)
		}
	}
}

func TestSAMLocalTakesTheEmulatorsEnvironment(t *testing.T) {
	config := samconfig(t)
	for _, command := range []string{"local_invoke", "local_start_api"} {
		if diff := cmp.Diff(map[string]string{"env_vars": `"events/env.local.json"`}, config["default."+command+".parameters"]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", command, diff)
		}
	}
	if config["default.validate.parameters"]["lint"] != "true" {
		t.Error("sam validate doesn't lint")
	}
}

// samconfig reads samconfig.toml: tables of one-line values, as they are written.
func samconfig(t *testing.T) map[string]map[string]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, "samconfig.toml"))
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]map[string]string{}
	table := ""
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if m := regexp.MustCompile(`^\[([\w.]+)\]$`).FindStringSubmatch(line); m != nil {
			table = m[1]
			tables[table] = map[string]string{}
		} else if name, value, ok := strings.Cut(line, " = "); ok && !strings.HasPrefix(line, "#") && table != "" {
			tables[table][name] = value
		}
	}
	return tables
}
