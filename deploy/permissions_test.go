package deploy_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// recorded is the list of calls that the tests of the functions write: what the
// functions did in AWS, and what Lambda does with their roles to bring them
// messages. go test ./functions -update writes it anew.
const recorded = "functions/testdata/iam.json"

// unrecorded is what a function's role may do besides, and why no test of the
// functions sees it done. LogGroup is the function's own.
var unrecorded = map[string]string{
	"logs:CreateLogStream on LogGroup": "Lambda writes what a function prints to its log; the tests read it themselves",
	"logs:PutLogEvents on LogGroup":    "as above",
	traced:                             "Lambda sends the traces, and only while Tracing is Active",
}

func TestARoleMayDoWhatItsFunctionWasSeenToDoAndNothingElse(t *testing.T) {
	s, err := parse(translate(t).Stack)
	if err != nil {
		t.Fatal(err)
	}
	seen := readRecorded(t)
	var c expectations
	c.equal("functions that were recorded", slices.Sorted(maps.Values(names)), sorted(seen))
	for function, name := range names {
		part := strings.TrimSuffix(function, "Function")
		want := seen[name]
		for permission := range unrecorded {
			want = append(want, strings.ReplaceAll(permission, "on LogGroup", "on "+part+"LogGroup"))
		}
		c.equal(part+"Role", slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(permitted(s, part+"Role"))))
	}
	for _, p := range c.problems {
		t.Error(p)
	}
}

// readRecorded lists what each function did, as permitted does.
func readRecorded(t *testing.T) map[string][]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(recorded)))
	if err != nil {
		t.Fatal(err)
	}
	var calls []struct{ Function, Action, Resource string }
	if err := json.Unmarshal(b, &calls); err != nil {
		t.Fatalf("%s: %v", recorded, err)
	}
	seen := map[string][]string{}
	for _, each := range calls {
		seen[each.Function] = append(seen[each.Function], each.Action+" on "+each.Resource)
	}
	return seen
}

// secretARN is how the template names the secrets of its stack.
const secretARN = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${AWS::StackName}/"

// permitted lists what a role may do as "action on resource", sorted. What is no
// plain statement comes last, as it is.
func permitted(s stack, role string) []string {
	policies, _ := s.at(role + ".Policies").([]any)
	var plain, other []string
	for _, p := range policies {
		policy, _ := p.(object)
		if name, _ := policy["PolicyName"].(string); name == "" {
			other = append(other, "a policy without a name")
		}
		document, _ := policy["PolicyDocument"].(object)
		// SAM's own documents are of the default version.
		if v := document["Version"]; v != "2012-10-17" && role != "SweepFunctionEveryMinuteRole" {
			other = append(other, fmt.Sprint("version ", v))
		}
		statements, _ := document["Statement"].([]any)
		for _, each := range statements {
			statement, _ := each.(object)
			if statement["Effect"] == "Allow" && len(statement) == 3 {
				plain = append(plain, pairs(statement)...)
			} else if text := asText(each); text != canonical(traced) {
				other = append(other, text)
			} else {
				other = append(other, traced)
			}
		}
	}
	return append(slices.Sorted(slices.Values(plain)), other...)
}

func pairs(statement object) []string {
	var all []string
	for _, action := range listOf(statement["Action"]) {
		for _, r := range listOf(statement["Resource"]) {
			all = append(all, fmt.Sprintf("%v on %s", action, resourceName(r)))
		}
	}
	return all
}

// resourceName is a resource's name in the template, or what stands there.
func resourceName(v any) string {
	reference, _ := v.(object)
	if at, ok := reference["Fn::GetAtt"].([]any); ok && len(at) == 2 && at[1] == "Arn" {
		return fmt.Sprint(at[0])
	}
	if text, ok := reference["Fn::Sub"].(string); ok {
		if name, ok := strings.CutPrefix(text, secretARN); ok {
			return name
		}
		return strings.Replace(text, "${Table.Arn}", "Table", 1)
	}
	return asText(v)
}

// trusted lists who may take the role, as "effect action service".
func trusted(s stack, role string) []string {
	document, _ := s.at(role + ".AssumeRolePolicyDocument").(object)
	if document["Version"] != "2012-10-17" {
		return []string{"version " + asText(document["Version"])}
	}
	var all []string
	for _, each := range listOf(document["Statement"]) {
		statement, _ := each.(object)
		principal, _ := statement["Principal"].(object)
		if len(principal) != 1 || len(statement) != 3 {
			return []string{asText(document)}
		}
		for _, action := range listOf(statement["Action"]) {
			for _, service := range listOf(principal["Service"]) {
				all = append(all, fmt.Sprintf("%v %v %v", statement["Effect"], action, service))
			}
		}
	}
	return all
}

func listOf(v any) []any {
	if all, ok := v.([]any); ok {
		return all
	}
	return []any{v}
}

func asText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func canonical(text string) string {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		panic(err)
	}
	return asText(v)
}
