package deploy_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/carimbo/carimbo/shared/awslambda"
	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/erp/omie"
	"github.com/carimbo/carimbo/shared/ledger/dynamo"
	"github.com/carimbo/carimbo/shared/placing"
	"github.com/carimbo/carimbo/shared/proctest"
	"github.com/carimbo/carimbo/shared/telemetry"
)

const (
	fortnight = 14 * 24 * 60 * 60
	// recordMargin and leaseMargin are the worker's: what has to be left after a
	// call, and how much longer than its invocation a claim lives.
	recordMargin = 10 * time.Second
	leaseMargin  = 15 * time.Second
)

// worker is a function that a queue wakes. In the template it is called after its kind
// of ERP and the kind's first document, and its queue after the kind.
type worker struct {
	kind, name, part   string
	queue, deadLetters string
}

// workers are those of the kinds of ERP.
func workers() (all []worker) {
	for _, kind := range kinds.All() {
		document := kind.Documents[0].Title.String()
		all = append(all, worker{kind: kind.Name, name: kind.Worker(), part: kind.Title + strings.ToUpper(document[:1]) + document[1:],
			queue: kind.Title + "Queue", deadLetters: kind.Title + "DeadLetters"})
	}
	return all
}

// names are how a function's parts are named.
var names = func() map[string]string {
	names := map[string]string{"WebhookFunction": "webhook", "SweepFunction": "sweep"}
	for _, w := range workers() {
		names[w.part+"Function"] = w.name
	}
	return names
}()

// permissions are the calls that the functions make, and those that Lambda makes
// with their roles: all that they may do.
var permissions = func() map[string][]string {
	webhook := []string{"secretsmanager:GetSecretValue on hook/*", "logs:CreateLogStream on WebhookLogGroup", "logs:PutLogEvents on WebhookLogGroup"}
	sweep := []string{
		"dynamodb:GetItem on Table", "dynamodb:UpdateItem on Table", "dynamodb:Query on Table/index/due", "dynamodb:BatchGetItem on Table",
		"logs:CreateLogStream on SweepLogGroup", "logs:PutLogEvents on SweepLogGroup",
	}
	all := map[string][]string{"SweepFunctionEveryMinuteRole": {"lambda:InvokeFunction on SweepFunction"}}
	for _, w := range workers() {
		webhook = append(webhook, "sqs:SendMessage on "+w.queue)
		sweep = append(sweep, "sqs:SendMessage on "+w.queue, "secretsmanager:DescribeSecret on "+w.kind+"/*")
		all[w.part+"Role"] = []string{
			"sqs:ReceiveMessage on " + w.queue, "sqs:DeleteMessage on " + w.queue, "sqs:GetQueueAttributes on " + w.queue,
			"dynamodb:GetItem on Table", "dynamodb:UpdateItem on Table",
			"secretsmanager:GetSecretValue on " + w.kind + "/*", "secretsmanager:GetSecretValue on store/*",
			"logs:CreateLogStream on " + w.part + "LogGroup", "logs:PutLogEvents on " + w.part + "LogGroup",
		}
	}
	all["WebhookRole"], all["SweepRole"] = webhook, sweep
	return all
}()

// traced is what every function may do besides while tracing is on.
const traced = `{"Fn::If": ["IsTraced", {"Effect": "Allow", "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": "*"}, {"Ref": "AWS::NoValue"}]}`

// promises are what is promised of the stack.
var promises = map[string]func(c *expectations, s stack){
	"A call ends before its function does, that before a lease, that before a message is seen again": func(c *expectations, s stack) {
		call := new(omie.Client).CallLimit()
		for _, of := range workers() {
			worker := of.part + "Function"
			limit, visible := seconds(s.at(worker+".Timeout")), seconds(s.at(of.queue+".VisibilityTimeout"))
			c.require(limit == placing.Invocation, "%s ends after %s, a worker counts on %s", worker, limit, placing.Invocation)
			c.require(call+recordMargin < limit && limit+leaseMargin < visible,
				"%s: call %s < left %s < function %s < lease %s < visibility %s", worker, call, call+recordMargin, limit, limit+leaseMargin, visible)
		}
		c.same("the time of the sweep", `240`, s.at("SweepFunction.Timeout"))
		c.same("the time of the webhook, below API Gateway's 30 s", `10`, s.at("WebhookFunction.Timeout"))
	},
	"A function may do what it does and nothing else": func(c *expectations, s stack) {
		c.equal("roles", sorted(permissions), s.named("AWS::IAM::Role"))
		for role, want := range permissions {
			for name := range s.Resources[role].Properties {
				c.require(name == "AssumeRolePolicyDocument" || name == "Policies", "%s has %s", role, name)
			}
			want = slices.Sorted(slices.Values(want))
			service := "lambda.amazonaws.com"
			if role == "SweepFunctionEveryMinuteRole" {
				service = "scheduler.amazonaws.com"
			} else {
				want = append(want, traced)
			}
			c.equal(role, want, permitted(s, role))
			c.equal("who takes "+role, []string{"Allow sts:AssumeRole " + service}, trusted(s, role))
		}
		for function, name := range names {
			c.equal(function, getAtt(strings.TrimSuffix(function, "Function")+"Role", "Arn"), s.at(function+".Role"))
			c.require(name != "", "%s", function)
		}
		for _, other := range []string{"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::User", "AWS::SQS::QueuePolicy"} {
			c.require(len(s.named(other)) == 0, "%s", other)
		}
	},
	"Every queue keeps what it has in order, for 14 days, encrypted": func(c *expectations, s stack) {
		var queues []string
		for _, of := range workers() {
			queues = append(queues, of.queue, of.deadLetters)
			c.same(of.queue, fmt.Sprintf(`{"deadLetterTargetArn": {"Fn::GetAtt": [%q, "Arn"]}, "maxReceiveCount": 3}`, of.deadLetters), s.at(of.queue+".RedrivePolicy"))
		}
		c.equal("queues", slices.Sorted(slices.Values(queues)), s.named("AWS::SQS::Queue"))
		for _, q := range queues {
			c.same(q+" is FIFO", `true`, s.at(q+".FifoQueue"))
			name, _ := s.at(q + ".QueueName.Fn::Sub").(string)
			c.require(strings.HasPrefix(name, "${AWS::StackName}-") && strings.HasSuffix(name, ".fifo"), "%s is called %q", q, name)
			c.require(strings.HasSuffix(name, "-dead.fifo") == strings.HasSuffix(q, "DeadLetters"), "%s is called %q", q, name)
			c.same("retention of "+q, fmt.Sprint(fortnight), s.at(q+".MessageRetentionPeriod"))
			c.same("encryption of "+q, `true`, s.at(q+".SqsManagedSseEnabled"))
			c.require(s.at(q+".ContentBasedDeduplication") == nil, "%s deduplicates", q)
		}
	},
	"A worker gets one message at a time and says which failed": func(c *expectations, s stack) {
		var mappings []string
		for _, of := range workers() {
			worker := of.part + "Function"
			mappings = append(mappings, worker+"Message")
			c.same(worker, fmt.Sprintf(`{"BatchSize": 1, "EventSourceArn": {"Fn::GetAtt": [%q, "Arn"]}, "FunctionName": {"Ref": %q},
				"FunctionResponseTypes": ["ReportBatchItemFailures"], "ScalingConfig": {"MaximumConcurrency": {"Ref": "MaximumConcurrency"}}}`, of.queue, worker),
				any(s.Resources[worker+"Message"].Properties))
		}
		c.equal("mappings", slices.Sorted(slices.Values(mappings)), s.named("AWS::Lambda::EventSourceMapping"))
		c.same("AWS takes no concurrency below 2", `[2, 5]`, []any{s.Parameters["MaximumConcurrency"]["MinValue"], s.Parameters["MaximumConcurrency"]["Default"]})
	},
	"The ledger is the table that its package asks for": func(c *expectations, s stack) {
		for _, name := range []string{"BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes"} {
			c.equal("Table."+name, asked(name), s.at("Table."+name))
		}
		c.same("TTL", fmt.Sprintf(`{"AttributeName": %q, "Enabled": true}`, dynamo.TTLAttribute), s.at("Table.TimeToLiveSpecification"))
	},
	"The ledger can be restored, is encrypted and outlives the stack": func(c *expectations, s stack) {
		c.equal("tables", []string{"Table"}, s.named("AWS::DynamoDB::Table"))
		c.same("point-in-time recovery", `{"PointInTimeRecoveryEnabled": true}`, s.at("Table.PointInTimeRecoverySpecification"))
		c.same("encryption", `{"SSEEnabled": true}`, s.at("Table.SSESpecification"))
		c.equal("retain", "Retain Retain", s.Resources["Table"].DeletionPolicy+" "+s.Resources["Table"].UpdateReplacePolicy)
		// A retained table must not be in the way of the next stack's.
		c.require(s.at("Table.TableName") == nil, "the table has a name of its own")
	},
	"The sweep runs every minute, and a failed one is not repeated": func(c *expectations, s stack) {
		c.equal("schedules", []string{"SweepFunctionEveryMinute"}, s.named("AWS::Scheduler::Schedule"))
		c.same("schedule", `{"Name": {"Fn::Sub": "${AWS::StackName}-sweep"}, "ScheduleExpression": "rate(1 minute)", "FlexibleTimeWindow": {"Mode": "OFF"},
			"Target": {"Arn": {"Fn::GetAtt": ["SweepFunction", "Arn"]}, "RoleArn": {"Fn::GetAtt": ["SweepFunctionEveryMinuteRole", "Arn"]},
			"RetryPolicy": {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}}}`, any(s.Resources["SweepFunctionEveryMinute"].Properties))
		c.equal("configurations", []string{"SweepFunctionEventInvokeConfig"}, s.named("AWS::Lambda::EventInvokeConfig"))
		c.same("Lambda's own repeats", `{"FunctionName": {"Ref": "SweepFunction"}, "Qualifier": "$LATEST", "MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60, "DestinationConfig": {}}`,
			any(s.Resources["SweepFunctionEventInvokeConfig"].Properties))
	},
	"Logs are kept for as long as was asked": func(c *expectations, s stack) {
		groups := []string{"AccessLogGroup"}
		for function := range names {
			groups = append(groups, strings.TrimSuffix(function, "Function")+"LogGroup")
		}
		c.equal("log groups", slices.Sorted(slices.Values(groups)), s.named("AWS::Logs::LogGroup"))
		for _, group := range s.named("AWS::Logs::LogGroup") {
			c.same("retention of "+group, `{"Ref": "LogRetentionDays"}`, s.at(group+".RetentionInDays"))
		}
		for function, name := range names {
			group := strings.TrimSuffix(function, "Function") + "LogGroup"
			c.same(group, fmt.Sprintf(`{"Fn::Sub": "/carimbo/${AWS::StackName}/%s"}`, name), s.at(group+".LogGroupName"))
			// A log level above INFO would drop the metrics.
			c.same("log of "+function, fmt.Sprintf(`{"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", "LogGroup": {"Ref": %q}}`, group),
				s.at(function+".LoggingConfig"))
		}
		c.same("AccessLogGroup", `{"Fn::Sub": "/aws/vendedlogs/carimbo/${AWS::StackName}/access"}`, s.at("AccessLogGroup.LogGroupName"))
		c.same("days", `30`, s.Parameters["LogRetentionDays"]["Default"])
	},
	"The API serves webhooks and a health check, under a fuse": func(c *expectations, s stack) {
		c.equal("APIs", []string{"WebhookApi"}, s.named("AWS::ApiGatewayV2::Api"))
		paths, _ := s.at("WebhookApi.Body.paths").(object)
		c.equal("paths", []string{"/healthz", "/webhooks/{connection}"}, sorted(paths))
		const integration = `{"httpMethod": "POST", "type": "aws_proxy", "payloadFormatVersion": "2.0",
			"uri": {"Fn::Sub": "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${WebhookFunction.Arn}/invocations"}}`
		for path, method := range map[string]string{"/healthz": "get", "/webhooks/{connection}": "x-amazon-apigateway-any-method"} {
			methods, _ := paths[path].(object)
			c.equal(path, []string{method}, sorted(methods))
			called, _ := methods[method].(object)
			c.same(path, integration, called["x-amazon-apigateway-integration"])
		}
		c.same("name", `{"Ref": "AWS::StackName"}`, s.at("WebhookApi.Body.info.title"))
		c.same("warnings", `true`, s.at("WebhookApi.FailOnWarnings"))
		const stage = "WebhookApiApiGatewayDefaultStage"
		c.equal("stages", []string{stage}, s.named("AWS::ApiGatewayV2::Stage"))
		c.same("stage", `["$default", true, {"Ref": "WebhookApi"}]`, []any{s.at(stage + ".StageName"), s.at(stage + ".AutoDeploy"), s.at(stage + ".ApiId")})
		c.same("fuse", `{"ThrottlingRateLimit": {"Ref": "ThrottleRate"}, "ThrottlingBurstLimit": {"Ref": "ThrottleBurst"}}`, s.at(stage+".DefaultRouteSettings"))
		c.same("fuse by default", `[100, 200]`, []any{s.Parameters["ThrottleRate"]["Default"], s.Parameters["ThrottleBurst"]["Default"]})
		for permission, path := range map[string]string{"WebhookFunctionWebhookPermission": "ANY /webhooks/*", "WebhookFunctionHealthPermission": "GET /healthz"} {
			method, path, _ := strings.Cut(path, " ")
			if method == "ANY" {
				method = "*"
			}
			c.same(permission, fmt.Sprintf(`{"Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "WebhookFunction"}, "Principal": "apigateway.amazonaws.com",
				"SourceArn": {"Fn::Sub": ["arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/${__Stage__}/%s%s", {"__ApiId__": {"Ref": "WebhookApi"}, "__Stage__": "*"}]}}`, method, path),
				any(s.Resources[permission].Properties))
		}
		c.require(len(s.named("AWS::Lambda::Permission")) == 2 && len(s.named("AWS::Lambda::Url")) == 0, "the webhook can be reached by other ways")
	},
	"The access log has no personal data": func(c *expectations, s stack) {
		const log = "WebhookApiApiGatewayDefaultStage.AccessLogSettings"
		c.equal("where to", getAtt("AccessLogGroup", "Arn"), s.at(log+".DestinationArn"))
		format, _ := s.at(log + ".Format").(string)
		var fields map[string]string
		c.require(json.Unmarshal([]byte(format), &fields) == nil, "the access log's format is no JSON: %s", format)
		allowed := []string{"$context.requestId", "$context.requestTime", "$context.routeKey", "$context.status", "$context.integrationStatus",
			"$context.responseLatency", "$context.responseLength", "$context.error.responseType"}
		c.equal("what is logged", slices.Sorted(slices.Values(allowed)), slices.Sorted(slices.Values(regexp.MustCompile(`\$[\w.]+`).FindAllString(format, -1))))
	},
	"A function runs what the Makefile builds, where its environment says": func(c *expectations, s stack) {
		c.equal("functions", sorted(names), s.named("AWS::Lambda::Function"))
		environment := object{awslambda.Table: object{"Ref": "Table"}, awslambda.SecretPrefix: object{"Ref": "AWS::StackName"}, "AWS_ENDPOINT_URL": ""}
		for _, of := range workers() {
			environment[awslambda.QueueURL(of.kind)] = object{"Ref": of.queue}
		}
		for name, what := range names {
			c.same(name, fmt.Sprintf(`{"Fn::Sub": "${AWS::StackName}-%s"}`, what), s.at(name+".FunctionName"))
			c.same("runtime of "+name, `["provided.al2023", "bootstrap", [{"Ref": "Architecture"}]]`, []any{s.at(name + ".Runtime"), s.at(name + ".Handler"), s.at(name + ".Architectures")})
			c.equal("environment of "+name, any(environment), s.at(name+".Environment.Variables"))
			memory := `256`
			if name == "WebhookFunction" {
				memory = `512`
			}
			c.same("memory of "+name, memory, s.at(name+".MemorySize"))
			c.same("tracing of "+name, `{"Ref": "Tracing"}`, s.at(name+".TracingConfig.Mode"))
			c.require(s.at(name+".ReservedConcurrentExecutions") == nil, "young AWS accounts have no concurrency to reserve")
		}
		c.same("architecture", `["arm64", ["arm64", "x86_64"]]`, []any{s.Parameters["Architecture"]["Default"], s.Parameters["Architecture"]["AllowedValues"]})
		c.same("tracing", `["PassThrough", ["PassThrough", "Active"], {"Fn::Equals": [{"Ref": "Tracing"}, "Active"]}]`,
			[]any{s.Parameters["Tracing"]["Default"], s.Parameters["Tracing"]["AllowedValues"], s.Conditions["IsTraced"]})
	},
	"A person is told of what nobody else mends": func(c *expectations, s stack) {
		all := maps.Clone(alarms)
		for _, of := range workers() {
			all[of.deadLetters+"Alarm"] = deadLetters(of.name+"-dead", of.deadLetters)
		}
		c.equal("alarms", sorted(all), s.named("AWS::CloudWatch::Alarm"))
		for name, want := range all {
			got := s.Resources[name].Properties
			text, _ := got["AlarmDescription"].(string)
			c.require(text != "", "%s has no description", name)
			got = without(got, "AlarmDescription")
			var v object
			if err := json.Unmarshal([]byte(want), &v); err != nil {
				panic(fmt.Sprintf("%s: %v", name, err))
			}
			v["AlarmActions"] = []any{object{"Fn::If": []any{"HasAlarmEmail", object{"Ref": "AlarmTopic"}, object{"Ref": "AWS::NoValue"}}}}
			v["EvaluationPeriods"], v["Threshold"] = 1.0, 1.0
			c.equal(name, v, got)
		}
		c.equal("topics", []string{"AlarmTopic"}, s.named("AWS::SNS::Topic"))
		c.same("who is told", `{"Protocol": "email", "Endpoint": {"Ref": "AlarmEmail"}}`, first(s.at("AlarmTopic.Subscription")))
		c.equal("when", "HasAlarmEmail", s.Resources["AlarmTopic"].Condition)
		c.same("condition", `{"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmEmail"}, ""]}]}`, s.Conditions["HasAlarmEmail"])
		c.same("by default", `""`, s.Parameters["AlarmEmail"]["Default"])
	},
	"The stack says where the stores call and where things lie": func(c *expectations, s stack) {
		outputs := map[string]string{
			"WebhookURL":   `{"Fn::Sub": "https://${WebhookApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/webhooks/"}`,
			"SecretPrefix": `{"Ref": "AWS::StackName"}`, "Table": `{"Ref": "Table"}`,
		}
		for _, of := range workers() {
			outputs[of.queue+"URL"], outputs[of.deadLetters+"URL"] = fmt.Sprintf(`{"Ref": %q}`, of.queue), fmt.Sprintf(`{"Ref": %q}`, of.deadLetters)
		}
		for name, want := range outputs {
			c.same(name, want, s.Outputs[name]["Value"])
		}
	},
	"No secret is in a template": func(c *expectations, s stack) {
		c.require(len(s.named("AWS::SecretsManager::Secret")) == 0, "the template makes secrets")
	},
}

// alarms are those of the whole stack, without what is the same for all.
var alarms = map[string]string{
	"RejectedAlarm":       counted("rejected", placing.MetricRejected),
	"ParkedAlarm":         counted("parked", placing.MetricParked),
	"UnknownFaultAlarm":   counted("unknown-fault", placing.MetricUnknownFault),
	"ReversedLateAlarm":   counted("reversed-late", placing.MetricReversedLate),
	"ChangedLateAlarm":    counted("changed-late", placing.MetricChangedLate),
	"AccountRefusedAlarm": counted("account-refused", placing.MetricAccountRefused),
	"LongRestAlarm":       counted("long-rest", placing.MetricLongRest),
	"NewerVersionAlarm":   counted("newer-version", placing.MetricNewerVersion),
	"WebhookFailedAlarm": `{"AlarmName": {"Fn::Sub": "${AWS::StackName}-webhook-failed"}, "Namespace": "AWS/ApiGateway", "MetricName": "5xx",
		"Dimensions": [{"Name": "ApiId", "Value": {"Ref": "WebhookApi"}}], "Statistic": "Sum", "Period": 300,
		"ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "notBreaching"}`,
	"SweepFailedAlarm": `{"AlarmName": {"Fn::Sub": "${AWS::StackName}-sweep-failed"}, "ComparisonOperator": "LessThanThreshold", "TreatMissingData": "breaching",
		"Metrics": [{"Id": "succeeded", "Expression": "invoked - failed"}, ` + sweeps("invoked", "Invocations") + `, ` + sweeps("failed", "Errors") + `]}`,
}

func deadLetters(name, queue string) string {
	return fmt.Sprintf(`{"AlarmName": {"Fn::Sub": "${AWS::StackName}-%s"}, "Namespace": "AWS/SQS", "MetricName": "ApproximateNumberOfMessagesVisible",
		"Dimensions": [{"Name": "QueueName", "Value": {"Fn::GetAtt": [%q, "QueueName"]}}], "Statistic": "Maximum", "Period": 60,
		"ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "notBreaching"}`, name, queue)
}

// counted is the alarm on a metric that a function writes for its whole stack.
func counted(name string, metric placing.Metric) string {
	return fmt.Sprintf(`{"AlarmName": {"Fn::Sub": "${AWS::StackName}-%s"}, "Namespace": %q, "MetricName": %q,
		"Dimensions": [{"Name": "Service", "Value": {"Ref": "AWS::StackName"}}], "Statistic": "Sum", "Period": 300,
		"ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "notBreaching"}`, name, telemetry.Namespace, metric)
}

func sweeps(id, metric string) string {
	return fmt.Sprintf(`{"Id": %q, "ReturnData": false, "MetricStat": {"Stat": "Sum", "Period": 900, "Metric": {"Namespace": "AWS/Lambda", "MetricName": %q,
		"Dimensions": [{"Name": "FunctionName", "Value": {"Ref": "SweepFunction"}}]}}}`, id, metric)
}

func TestTheStackKeepsItsPromises(t *testing.T) {
	s, err := parse(translate(t).Stack)
	if err != nil {
		t.Fatal(err)
	}
	for promise, keeps := range promises {
		t.Run(promise, func(t *testing.T) {
			var c expectations
			keeps(&c, s)
			for _, p := range c.problems {
				t.Error(p)
			}
		})
	}
}

func TestCfnLintHasNothingToSay(t *testing.T) {
	proctest.Starts(t)
	// A warning is said too, and counts.
	lint := exec.CommandContext(t.Context(), python(t), "-c", "import sys; from cfnlint.runner import main; sys.exit(main())",
		"--non-zero-exit-code", "informational", filepath.Join(root, template))
	if out, err := lint.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func seconds(v any) time.Duration {
	n, _ := v.(float64)
	return time.Duration(n) * time.Second
}

func getAtt(name, attribute string) any { return object{"Fn::GetAtt": []any{name, attribute}} }

func first(v any) any {
	if all, _ := v.([]any); len(all) == 1 {
		return all[0]
	}
	return nil
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func without(m object, name string) object {
	rest := object{}
	for k, v := range m {
		if k != name {
			rest[k] = v
		}
	}
	return rest
}

// asked is what the ledger's package asks of a table.
func asked(name string) any {
	b, err := json.Marshal(dynamo.Table("table"))
	if err != nil {
		panic(err)
	}
	var v object
	if err := json.Unmarshal(b, &v); err != nil {
		panic(err)
	}
	return prune(v)[name]
}

// prune takes away what isn't said: the SDK's type has fields for much more.
func prune(m object) object {
	rest := object{}
	for k, v := range m {
		switch v := v.(type) {
		case nil:
		case object:
			rest[k] = prune(v)
		case []any:
			list := make([]any, len(v))
			for i := range v {
				list[i] = v[i]
				if o, ok := v[i].(object); ok {
					list[i] = prune(o)
				}
			}
			rest[k] = list
		default:
			rest[k] = v
		}
	}
	return rest
}
