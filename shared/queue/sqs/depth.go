package sqs

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// DepthAPI is what Depth uses of a *sqs.Client.
type DepthAPI interface {
	GetQueueAttributes(context.Context, *sqs.GetQueueAttributesInput, ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error)
}

// Depth is how many messages a queue has that wait, and how many that somebody holds. Both
// are as SQS counts, which is approximate. How old they are it doesn't tell.
func Depth(ctx context.Context, client DepthAPI, url string) (waiting, held int, err error) {
	names := []types.QueueAttributeName{types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible}
	out, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &url, AttributeNames: names})
	if err != nil {
		return 0, 0, fmt.Errorf("count messages: %w", err)
	}
	for name, n := range map[types.QueueAttributeName]*int{names[0]: &waiting, names[1]: &held} {
		if *n, err = strconv.Atoi(out.Attributes[string(name)]); err != nil {
			return 0, 0, fmt.Errorf("count messages: %w", err)
		}
	}
	return waiting, held, nil
}
