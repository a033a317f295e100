package functions_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/carimbo/carimbo/shared/awstest"
	"github.com/carimbo/carimbo/shared/proctest"
)

type object = map[string]any

// template is what CloudFormation gets: template.yaml after SAM's translation.
type template struct {
	Resources  map[string]resource
	Parameters map[string]struct{ Default any }
}

type resource struct {
	Type       string
	Properties json.RawMessage
}

// translated is made once, by the script that the template's own test uses.
var translated = sync.OnceValues(func() (template, error) {
	python, err := awstest.Python("cfnlint, samtranslator", "cfn-lint==1.51.0")
	if err != nil {
		return template{}, err
	}
	text, err := os.Open("../template.yaml")
	if err != nil {
		return template{}, err
	}
	defer text.Close()
	var said bytes.Buffer
	translate := exec.Command(python, "../deploy/translate.py")
	translate.Stdin, translate.Stderr = text, &said
	out, err := translate.Output()
	if err != nil {
		return template{}, fmt.Errorf("translate the template: %w\n%s", err, said.String())
	}
	var whole struct{ Stack template }
	err = json.Unmarshal(out, &whole)
	return whole.Stack, err
})

// properties reads those of a resource of the type into v, by the names that the
// API has for them too.
func (s *stack) properties(name, kind string, v any) {
	s.t.Helper()
	r := s.template.Resources[name]
	if r.Type != kind {
		s.t.Fatalf("template.yaml: %s is %q, not %s", name, r.Type, kind)
	}
	if err := json.Unmarshal(r.Properties, v); err != nil {
		s.t.Fatalf("template.yaml: %s: %v", name, err)
	}
}

// named are the resources of a type.
func (s *stack) named(kind string) []string {
	var all []string
	for name, r := range s.template.Resources {
		if r.Type == kind {
			all = append(all, name)
		}
	}
	return all
}

// deploy makes the table and the queues that the template describes. Dead letters
// come first: the queues refer to them.
func (s *stack) deploy(tables *dynamodb.Client) {
	s.t.Helper()
	for _, name := range s.named("AWS::DynamoDB::Table") {
		var in dynamodb.CreateTableInput
		s.properties(name, "AWS::DynamoDB::Table", &in)
		in.TableName = aws.String(s.name)
		if _, err := tables.CreateTable(s.t.Context(), &in); err != nil {
			s.t.Fatalf("template.yaml: %s: %v", name, err)
		}
		s.physical[name] = s.name
	}
	for _, redrives := range []bool{false, true} {
		for _, name := range s.named("AWS::SQS::Queue") {
			var p object
			s.properties(name, "AWS::SQS::Queue", &p)
			if _, ok := p["RedrivePolicy"]; ok == redrives {
				s.createQueue(name, p)
			}
		}
	}
}

func (s *stack) createQueue(name string, p object) {
	s.t.Helper()
	in := sqs.CreateQueueInput{QueueName: aws.String(s.resolve(p["QueueName"])), Attributes: map[string]string{}}
	for attribute, v := range p {
		if attribute != "QueueName" {
			in.Attributes[attribute] = s.resolve(v)
		}
	}
	out, err := s.sqs.CreateQueue(s.t.Context(), &in)
	if err != nil {
		s.t.Fatalf("template.yaml: %s: %v", name, err)
	}
	s.physical[name] = *out.QueueUrl
}

// resolve is a property as text, with what CloudFormation puts in place of its
// functions. A queue's ARN has its URL's last part.
func (s *stack) resolve(v any) string {
	s.t.Helper()
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case object:
		if text, ok := s.function(v); ok {
			return text
		}
		resolved := map[string]string{}
		for name, each := range v {
			resolved[name] = s.resolve(each)
		}
		b, _ := json.Marshal(resolved)
		return string(b)
	}
	s.t.Fatalf("template.yaml: %v is not understood here", v)
	return ""
}

// function resolves a function of CloudFormation's.
func (s *stack) function(v object) (string, bool) {
	if text, ok := v["Fn::Sub"].(string); ok {
		return strings.ReplaceAll(text, "${AWS::StackName}", s.name), true
	}
	if at, ok := v["Fn::GetAtt"].([]any); ok && len(at) == 2 && at[1] == "Arn" {
		url := s.physical[fmt.Sprint(at[0])]
		return "arn:aws:sqs:" + awstest.Region + ":123456789012:" + url[strings.LastIndex(url, "/")+1:], url != ""
	}
	name, ok := v["Ref"].(string)
	switch {
	case !ok:
		return "", false
	case name == "AWS::StackName":
		return s.name, true
	case s.physical[name] != "":
		return s.physical[name], true
	}
	p, ok := s.template.Parameters[name]
	return fmt.Sprint(p.Default), ok
}

// deployed is a function as the template describes it.
type deployed struct {
	// folder is where its main and its bootstrap are.
	folder  string
	timeout time.Duration
	env     map[string]string
}

// deployed reads the function whose name ends with the folder's.
func (s *stack) deployed(folder string) (logical string, d deployed) {
	s.t.Helper()
	for _, name := range s.named("AWS::Lambda::Function") {
		var p struct {
			FunctionName any
			Timeout      int
			Environment  struct{ Variables object }
		}
		s.properties(name, "AWS::Lambda::Function", &p)
		if s.resolve(p.FunctionName) != s.name+"-"+folder {
			continue
		}
		d = deployed{folder, time.Duration(p.Timeout) * time.Second, map[string]string{}}
		for variable, v := range p.Environment.Variables {
			d.env[variable] = s.resolve(v)
		}
		return name, d
	}
	s.t.Fatalf("template.yaml: no function %s", folder)
	return "", deployed{}
}

// source is the queue that wakes the function, by its name in the template.
func (s *stack) source(logical string) string {
	s.t.Helper()
	for _, name := range s.named("AWS::Lambda::EventSourceMapping") {
		var p struct {
			BatchSize             int
			FunctionName          struct{ Ref string }
			EventSourceArn        map[string][]string
			FunctionResponseTypes []string
		}
		s.properties(name, "AWS::Lambda::EventSourceMapping", &p)
		if p.FunctionName.Ref != logical {
			continue
		}
		// mapping moves messages as these two say.
		if p.BatchSize != 1 || len(p.FunctionResponseTypes) != 1 || p.FunctionResponseTypes[0] != "ReportBatchItemFailures" {
			s.t.Fatalf("template.yaml: %s has batches of %d and %v", name, p.BatchSize, p.FunctionResponseTypes)
		}
		return p.EventSourceArn["Fn::GetAtt"][0]
	}
	s.t.Fatalf("template.yaml: nothing wakes %s", logical)
	return ""
}

func mustTranslate(t *testing.T) template {
	proctest.Starts(t)
	t.Helper()
	tr, err := translated()
	if err != nil {
		t.Fatal(err)
	}
	return tr
}
