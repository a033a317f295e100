package awslambda

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// Limits bound what a function's AWS clients do about one request.
type Limits struct {
	// Attempts is how often it is tried in all.
	Attempts int
	// Attempt is how long one try may take. The first one of a thawed instance may
	// find its connection dead and hang.
	Attempt time.Duration
	// Pause is the longest wait between two tries.
	Pause time.Duration
}

var (
	// Answering is for a function that somebody waits for: 2.1 s at most.
	Answering = Limits{Attempts: 2, Attempt: time.Second, Pause: 100 * time.Millisecond}
	// Recording is for a function that has to record what an ERP did, in the 10 s
	// that it keeps for that: 9 s at most.
	Recording = Limits{Attempts: 4, Attempt: 2 * time.Second, Pause: 300 * time.Millisecond}
)

// config is made once: the clients share it, and its connections.
func (f *Function) config() aws.Config {
	if f.aws == nil {
		c := f.configure()
		f.aws = &c
	}
	return *f.aws
}

// configure makes the SDK's configuration by hand. config.LoadDefaultConfig would look
// for profiles, SSO and instance metadata, none of which a function has, at the
// price of 6 ms at each start. `sam local` passes credentials as Lambda does.
func (f *Function) configure() aws.Config {
	c := aws.Config{
		Region: f.getenv("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(
			f.getenv("AWS_ACCESS_KEY_ID"), f.getenv("AWS_SECRET_ACCESS_KEY"), f.getenv("AWS_SESSION_TOKEN")),
		HTTPClient:    awshttp.NewBuildableClient().WithTimeout(f.limits.Attempt),
		Retryer:       f.limits.retryer,
		ConfigSources: []any{endpoints{f.getenv}},
	}
	if c.Region == "" {
		c.Region = f.getenv("AWS_DEFAULT_REGION")
	}
	if url := f.getenv("AWS_ENDPOINT_URL"); url != "" {
		c.BaseEndpoint = aws.String(url)
	}
	if c.Region == "" {
		f.need("AWS_REGION")
	}
	f.need("AWS_ACCESS_KEY_ID")
	f.need("AWS_SECRET_ACCESS_KEY")
	return c
}

func (l Limits) retryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = l.Attempts
		o.MaxBackoff = l.Pause
	})
}

// endpoints tells the SDK about AWS_ENDPOINT_URL_<SERVICE>.
type endpoints struct{ getenv func(string) string }

// GetServiceBaseEndpoint is what the SDK's clients look for in a ConfigSources.
func (e endpoints) GetServiceBaseEndpoint(_ context.Context, sdkID string) (string, bool, error) {
	url := e.getenv("AWS_ENDPOINT_URL_" + strings.ToUpper(strings.ReplaceAll(sdkID, " ", "_")))
	return url, url != "", nil
}
