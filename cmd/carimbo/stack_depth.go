package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"

	"github.com/carimbo/carimbo/shared/erp/kinds"
	"github.com/carimbo/carimbo/shared/ledger/dynamo"
	"github.com/carimbo/carimbo/shared/operator"
	queuesqs "github.com/carimbo/carimbo/shared/queue/sqs"
	"github.com/carimbo/carimbo/shared/words"
)

// ageWindow is how far back CloudWatch is asked for an age: SQS measures it every minute, and
// a measurement takes some minutes to be there.
const ageWindow = 15 * time.Minute

// stackLedger is the ledger of a stack, beside which the depths of its queues are known.
type stackLedger struct {
	*dynamo.Ledger
	stack *stack
	now   func() time.Time
}

// Depths are those of the queue of every kind of ERP that is built in.
func (l stackLedger) Depths(ctx context.Context) (depths []operator.QueueDepth, err error) {
	client := sqs.NewFromConfig(l.stack.config)
	var urls []string
	empty := true
	for _, kind := range kinds.All() {
		url, err := l.stack.need(queueOutput(kind.Name))
		if err != nil {
			return nil, err
		}
		d := operator.QueueDepth{Queue: kind.Worker()}
		if d.Waiting, d.Held, err = queuesqs.Depth(ctx, client, url[0]); err != nil {
			return nil, err
		}
		empty = empty && d.Waiting+d.Held == 0
		depths, urls = append(depths, d), append(urls, url[0])
	}
	if empty {
		return depths, nil
	}
	ages, why := l.ages(ctx, urls)
	for i := range depths {
		if d := &depths[i]; d.Waiting+d.Held > 0 {
			if d.Age = ages[i]; d.Age == 0 {
				d.NoAge = why
			}
		}
	}
	return depths, nil
}

// ages are those of the oldest message of each queue as CloudWatch measured them last, by the
// queue's place in the list, and why one isn't known.
func (l stackLedger) ages(ctx context.Context, urls []string) (ages map[int]time.Duration, why words.Text) {
	now := l.now()
	in := &cloudwatch.GetMetricDataInput{StartTime: aws.Time(now.Add(-ageWindow)), EndTime: &now, ScanBy: cwtypes.ScanByTimestampDescending}
	place := map[string]int{}
	for i, url := range urls {
		id := fmt.Sprintf("q%d", i)
		place[id] = i
		in.MetricDataQueries = append(in.MetricDataQueries, cwtypes.MetricDataQuery{Id: &id, MetricStat: &cwtypes.MetricStat{
			Period: aws.Int32(60), Stat: aws.String("Maximum"), Metric: &cwtypes.Metric{
				Namespace: aws.String("AWS/SQS"), MetricName: aws.String("ApproximateAgeOfOldestMessage"),
				Dimensions: []cwtypes.Dimension{{Name: aws.String("QueueName"), Value: aws.String(path.Base(url))}}}}})
	}
	out, err := cloudwatch.NewFromConfig(l.stack.config).GetMetricData(ctx, in)
	if api, ok := errors.AsType[smithy.APIError](err); ok && strings.HasPrefix(api.ErrorCode(), "AccessDenied") {
		return nil, words.Say("your credentials lack cloudwatch:GetMetricData")
	}
	if err != nil {
		return nil, words.Say("CloudWatch can't be asked (%s)", err)
	}
	ages = map[int]time.Duration{}
	for _, r := range out.MetricDataResults {
		if len(r.Values) > 0 {
			ages[place[aws.ToString(r.Id)]] = time.Duration(r.Values[0] * float64(time.Second))
		}
	}
	return ages, words.Say("CloudWatch has not measured it in the last 15 minutes")
}
