package service

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds on what is sent and taken.
const (
	// MaxTexts is how many texts one request carries at most.
	MaxTexts = 64
	// MaxText is how many bytes of a text are sent at most.
	MaxText = 8 << 10
	// MaxDims is how many numbers a vector has at most.
	MaxDims = 8192

	maxAnswer  = 32 << 20 // bytes; 64 vectors of 8192 numbers take less
	maxExplain = 64 << 10 // bytes of an answer that is an error
	tries      = 3        // of a request in the background
	longest    = time.Minute
	slots      = 4 // requests that people wait for, at once
)

// Options say which service is asked.
type Options struct {
	URL     string        // such as https://ai.example/v1/embeddings
	Model   string        // as the service calls it
	Key     string        // sent as a bearer token, unless empty
	Timeout time.Duration // of a request in the background, 30 s when zero
	Wait    time.Duration // of a request that somebody waits for, 300 ms when zero

	Now   func() time.Time                           // the clock, the real one when nil
	Sleep func(context.Context, time.Duration) error // waits between tries, really when nil
}

// Client asks one model of one service. It is safe for concurrent use.
type Client struct {
	options Options
	http    *http.Client
	embed   breaker
	ask     breaker
	busy    chan struct{}
}

// Check reports what is wrong with the address of a service.
func Check(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Opaque != "":
		return errors.New("it is not an http or https address such as https://ai.example/v1/embeddings")
	case u.User != nil:
		return errors.New("it carries a password; a key belongs into the setting for keys")
	case u.Fragment != "":
		return errors.New("it has a part after #, which is never sent")
	}
	return nil
}

// New makes a client. It asks nothing yet.
func New(o Options) (*Client, error) {
	if err := Check(o.URL); err != nil {
		return nil, fmt.Errorf("embedding service: the address: %w", err)
	}
	if strings.TrimSpace(o.Model) == "" {
		return nil, errors.New("embedding service: the name of the model is missing")
	}
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Wait <= 0 {
		o.Wait = 300 * time.Millisecond
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: slots + 1,
		IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second, MaxResponseHeaderBytes: 64 << 10}
	return &Client{options: o, busy: make(chan struct{}, slots),
		// A redirect would carry the texts to an address that nobody configured.
		http: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// Model is the name of the model that is asked.
func (c *Client) Model() string { return c.options.Model }

// ErrPaused says that the service failed several times in a row, or asked for
// quiet, and is not asked for a while.
var ErrPaused = errors.New("embedding service: paused")

// ErrBusy says that as many people wait for the service as may.
var ErrBusy = errors.New("embedding service: busy")

// Refusal says that the service does not take the texts, such as one too long for
// its model. It works otherwise.
type Refusal struct {
	Status int
	Reason string
}

// Error implements error.
func (r *Refusal) Error() string {
	return fmt.Sprintf("embedding service: it refuses the texts: status %d %s", r.Status, r.Reason)
}

// failure is any other answer than vectors.
type failure struct {
	status int
	reason string
	after  time.Duration // what the service asked to wait
	again  bool          // whether the next try may succeed
}

func (f *failure) Error() string {
	return strings.TrimSpace(fmt.Sprintf("embedding service: status %d %s", f.status, f.reason))
}

// Embed gives the vector of each text, in their order. It tries again what may
// succeed later, and fails with [ErrPaused] while the service is not asked.
func (c *Client) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if len(texts) == 0 || len(texts) > MaxTexts {
		return nil, fmt.Errorf("embedding service: %d texts, want 1 to %d", len(texts), MaxTexts)
	}
	for try := 1; ; try++ {
		if !c.embed.open(c.options.Now()) {
			return nil, ErrPaused
		}
		found, err := c.request(ctx, texts, c.options.Timeout, true)
		c.judge(ctx, &c.embed, err)
		wait, again := backoff(err, try)
		if err == nil || !again || try == tries || ctx.Err() != nil {
			return found, err
		}
		if err := c.options.Sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// Ask gives the vector of one text that somebody waits for: in little time or not
// at all.
func (c *Client) Ask(ctx context.Context, text string) ([]float32, error) {
	select {
	case c.busy <- struct{}{}:
		defer func() { <-c.busy }()
	default:
		return nil, ErrBusy
	}
	if !c.ask.open(c.options.Now()) {
		return nil, ErrPaused
	}
	found, err := c.request(ctx, []string{text}, c.options.Wait, false)
	c.judge(ctx, &c.ask, err)
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// Paused is how long nothing will be asked in the background.
func (c *Client) Paused() time.Duration { return c.embed.left(c.options.Now()) }

// judge counts a success or a failure. A refusal is a success of the service; when
// the caller went away it says nothing.
func (c *Client) judge(ctx context.Context, b *breaker, err error) {
	var refused *Refusal
	var failed *failure
	switch {
	case err == nil || errors.As(err, &refused):
		b.success()
	case ctx.Err() != nil:
		b.unknown()
	default:
		b.failure(c.options.Now())
		if errors.As(err, &failed) && failed.after > longest {
			b.quiet(c.options.Now().Add(failed.after))
		}
	}
}

// backoff says whether to try again after an error, and when.
func backoff(err error, try int) (wait time.Duration, again bool) {
	var refused *Refusal
	var failed *failure
	var wrong *wrongAnswer
	if err == nil || errors.As(err, &refused) || errors.As(err, &wrong) {
		return 0, false
	}
	if errors.As(err, &failed) {
		if !failed.again || failed.after > longest {
			return 0, false
		}
		if failed.after > 0 {
			return failed.after, true
		}
	}
	// Doubling, and scattered so that many nodes do not come back at one instant.
	step := time.Second << (try - 1)
	return step/2 + rand.N(step), true
}

// request asks once.
func (c *Client) request(ctx context.Context, texts []string, limit time.Duration, explain bool) ([][]float32, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	input := make([]string, len(texts))
	for i, t := range texts {
		input[i] = Cut(t, MaxText)
	}
	body, err := json.Marshal(struct {
		Model string   `json:"model"`
		Input []string `json:"input"`
	}{c.options.Model, input})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.options.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	if c.options.Key != "" {
		r.Header.Set("Authorization", "Bearer "+c.options.Key)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("embedding service: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, c.refused(answer, explain)
	}
	return parse(answer.Body, len(texts))
}

// refused turns an answer that is an error into one of ours. What the service says
// about it is kept for the log only when no words that a person typed can be in it.
func (c *Client) refused(answer *http.Response, explain bool) error {
	reason := ""
	if explain {
		var said struct {
			Error struct {
				Message string `json:"message"`
			} `json:"error"`
		}
		if json.NewDecoder(io.LimitReader(answer.Body, maxExplain)).Decode(&said) == nil && said.Error.Message != "" {
			reason = strconv.Quote(Cut(said.Error.Message, 200))
		}
	}
	status := answer.StatusCode
	switch {
	case status == http.StatusBadRequest, status == http.StatusRequestEntityTooLarge, status == http.StatusUnprocessableEntity:
		return &Refusal{status, reason}
	case status >= 300 && status < 400:
		reason = "a redirect, which is not followed: set its target as the address"
	}
	again := status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= 500
	return &failure{status, reason, c.after(answer.Header.Get("Retry-After")), again}
}

// after reads Retry-After (RFC 9110, 10.2.3): seconds, or a date.
func (c *Client) after(header string) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil {
		return time.Duration(min(max(seconds, 0), 24*3600)) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(c.options.Now()), 0), 24*time.Hour)
	}
	return 0
}

// Cut gives the beginning of a text, at most so many bytes, with no character cut
// in two and no bytes that are not UTF-8.
func Cut(text string, most int) string {
	if len(text) > most {
		for most > 0 && !utf8.RuneStart(text[most]) {
			most--
		}
		text = text[:most]
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
