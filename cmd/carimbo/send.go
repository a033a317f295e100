package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/carimbo/carimbo/shared/platform"
	"github.com/carimbo/carimbo/shared/words"
)

const (
	// serveURL is where carimbo serve listens unless told otherwise.
	serveURL = "http://127.0.0.1:8787"
	// sendTimeout is longer than any platform waits.
	sendTimeout = 15 * time.Second
	// maxReply is how much of an answer is shown.
	maxReply = 64 << 10
)

func (c *console) sendCommand() *cobra.Command {
	var name, to string
	cmd := &cobra.Command{
		Use:   "send --connection C [--to BASE-URL | --stack NAME] FILE",
		Short: "Sign a payload as the store's platform would, and send it",
		Long: `Sign a payload as the store's platform would, with the connection's secret, and
post it to BASE-URL/webhooks/C. The answer is printed: its status, then its
body. With --stack the secret is Secrets Manager's and the URL is the stack's,
unless --to says another.

FILE holds the body of a webhook; - is stdin. Exit code 0 means that the answer
was 200.`,
		Example: `  carimbo send --connection cursos events/payloads/hotmart/purchase_approved.json
  carimbo send --stack carimbo --connection cursos events/payloads/hotmart/purchase_approved.json`,
		Args: takes("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			target, err := webhookURL(cmd, to, name)
			if err != nil {
				return err
			}
			s, err := c.connect(cmd, name)
			if err != nil {
				return err
			}
			body, err := c.readPayload(cmd, args[0])
			if err != nil {
				return err
			}
			target, key, err := c.aim(cmd, target, name)
			if err != nil {
				return err
			}
			if !provable(s.Platform, key, c.now()) {
				return unprovable(name, s.Platform)
			}
			return c.send(cmd.Context(), target, s.platform.Sign(body, key, c.now()))
		},
	}
	cmd.Flags().StringVar(&name, "connection", "", "the connection to send to")
	cmd.Flags().StringVar(&to, "to", serveURL, "where Carimbo is served")
	c.completeConnection(cmd, "connection")
	c.connectionsFlag(cmd)
	c.secretsFlag(cmd)
	c.stackFlag(cmd)
	return cmd
}

// aim says where the payload goes, and with what it is signed. On a stack both are
// the stack's; what --to says goes before.
func (c *console) aim(cmd *cobra.Command, to *url.URL, name string) (*url.URL, string, error) {
	if c.stack == "" {
		secrets, err := c.readSecrets(cmd)
		if err != nil {
			return nil, "", err
		}
		key, err := signingSecret(cmd.Context(), secrets, name, c.secrets, c.now())
		return to, key, err
	}
	s, err := c.openStack(cmd)
	if err != nil {
		return nil, "", err
	}
	if !cmd.Flags().Changed("to") {
		if to, err = s.webhook(name); err != nil {
			return nil, "", err
		}
	}
	key, err := c.stackSigningSecret(cmd.Context(), s, name)
	return to, key, err
}

func webhookURL(cmd *cobra.Command, to, name string) (*url.URL, error) {
	base, err := url.Parse(to)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, usage(cmd, "--to %q is no URL such as %s", to, serveURL)
	}
	return base.JoinPath("webhooks", name), nil
}

func (c *console) send(ctx context.Context, target *url.URL, signed platform.Request) error {
	status, body, err := post(ctx, target, signed)
	if err != nil {
		return err
	}
	fmt.Fprintln(c.stdout, status, http.StatusText(status))
	if text := strings.TrimSpace(string(body)); text != "" {
		fmt.Fprintln(c.stdout, safe(text))
	}
	if status != http.StatusOK {
		return words.Errorf("the payload was not taken: the answer was %d", status)
	}
	return nil
}

// post sends the request once, and follows no redirect: a store wouldn't, and the
// signature is for nobody else.
func post(ctx context.Context, target *url.URL, signed platform.Request) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	to := *target
	to.RawQuery = signed.Query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(signed.Body))
	if err != nil {
		return 0, nil, words.Errorf("send: %s", err)
	}
	for name, value := range signed.Header {
		req.Header.Set(name, value)
	}
	client := &http.Client{
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, words.Errorf("nobody answers at %s://%s: is Carimbo served there? (%s)", target.Scheme, target.Host, cause(err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	if err != nil {
		return 0, nil, words.Errorf("read the answer: %s", err)
	}
	return resp.StatusCode, body, nil
}

// cause is the error without the URL, whose query may carry a token.
func cause(err error) error {
	if wrapped, ok := err.(*url.Error); ok {
		return wrapped.Err
	}
	return err
}
