package service_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"karvan/matching/vectors/service"
	"karvan/matching/vectors/service/servicetest"
)

var ctx = context.Background()

// clock stands still but for sleeping.
type clock struct {
	mu     sync.Mutex
	t      time.Time
	sleeps []time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) sleep(_ context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
	c.sleeps = append(c.sleeps, d)
	return nil
}

func newClient(t *testing.T, o service.Options) (*service.Client, *clock) {
	t.Helper()
	if o.Model == "" {
		o.Model = "test"
	}
	if o.Wait == 0 {
		o.Wait = 20 * time.Second // what is slow is another test
	}
	k := &clock{t: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	o.Now, o.Sleep = k.now, k.sleep
	c, err := service.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c, k
}

func TestVectorsComeInTheOrderOfTheTexts(t *testing.T) {
	s := servicetest.New(t, nil)
	c, _ := newClient(t, service.Options{URL: s.URL, Key: "secret"})
	texts := []string{"water", "soil", "seeds of wheat"}
	got, err := c.Embed(ctx, texts)
	if err != nil || len(got) != 3 {
		t.Fatal(len(got), err)
	}
	for i, text := range texts {
		if !slices.Equal(got[i], s.Vector(text)) {
			t.Errorf("the vector of %q is another", text)
		}
	}
	if one, err := c.Ask(ctx, "soil"); err != nil || !slices.Equal(one, got[1]) {
		t.Errorf("asked for one: %v", err)
	}
	if h := s.Headers()[0]; h.Get("Authorization") != "Bearer secret" || h.Get("Content-Type") != "application/json" {
		t.Errorf("sent %v", h)
	}
	plain, _ := newClient(t, service.Options{URL: s.URL})
	if _, err := plain.Embed(ctx, texts[:1]); err != nil || s.Headers()[2].Get("Authorization") != "" {
		t.Errorf("without a key: %v, %q", err, s.Headers()[2].Get("Authorization"))
	}
	for _, n := range []int{0, service.MaxTexts + 1} {
		if _, err := c.Embed(ctx, make([]string, n)); err == nil {
			t.Errorf("%d texts were sent", n)
		}
	}
}

func TestTextsAreCutAtACharacter(t *testing.T) {
	s := servicetest.New(t, nil)
	c, _ := newClient(t, service.Options{URL: s.URL})
	long := "x" + strings.Repeat("水", service.MaxText)
	if _, err := c.Embed(ctx, []string{long, "a\xffb"}); err != nil {
		t.Fatal(err)
	}
	sent := s.Texts()
	if n := len(sent[0]); n > service.MaxText || n < service.MaxText-3 || !utf8.ValidString(sent[0]) || !strings.HasPrefix(long, sent[0]) {
		t.Errorf("sent %d bytes, valid %v", n, utf8.ValidString(sent[0]))
	}
	if sent[1] != "a\uFFFDb" {
		t.Errorf("sent %q", sent[1])
	}
	for _, most := range []int{0, 1, 2, 3, 4} {
		if got := service.Cut("水水", most); len(got) > most || !utf8.ValidString(got) {
			t.Errorf("Cut to %d gave %q", most, got)
		}
	}
}

func body(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }
}

func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		fmt.Fprint(w, `{"error":{"message":"because"}}`)
	}
}

func TestWhatIsWrongIsSaid(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		says   string
		asked  int // requests made
	}{
		{"no JSON", body("<html>"), "not the JSON", 1},
		{"other JSON", body(`[1,2]`), "not the JSON", 1},
		{"nothing in it", body(`{}`), "0 vectors for 2 texts", 1},
		{"too few", body(`{"data":[{"index":0,"embedding":[1,2]}]}`), "1 vectors for 2 texts", 1},
		{"too many", body(`{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1]},{"index":1,"embedding":[1]}]}`), "3 vectors", 1},
		{"one twice", body(`{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}`), "two vectors of text 0", 1},
		{"no index", body(`{"data":[{"embedding":[1]},{"index":0,"embedding":[1]}]}`), "a vector of none", 1},
		{"an index beyond the texts", body(`{"data":[{"index":0,"embedding":[1]},{"index":2,"embedding":[1]}]}`), "a vector of none", 1},
		{"a negative index", body(`{"data":[{"index":0,"embedding":[1]},{"index":-1,"embedding":[1]}]}`), "a vector of none", 1},
		{"an empty vector", body(`{"data":[{"index":0,"embedding":[]},{"index":1,"embedding":[]}]}`), "0 numbers", 1},
		{"no vector", body(`{"data":[{"index":0},{"index":1}]}`), "0 numbers", 1},
		{"vectors of two lengths", body(`{"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[1]}]}`), "vectors of 2 and of 1", 1},
		{"not a number", body(`{"data":[{"index":0,"embedding":[NaN]},{"index":1,"embedding":[1]}]}`), "not the JSON", 1},
		{"more than a number can be", body(`{"data":[{"index":0,"embedding":[1e39]},{"index":1,"embedding":[1]}]}`), "not the JSON", 1},
		{"null for a number", body(`{"data":[{"index":0,"embedding":[1,null]},{"index":1,"embedding":[1,2]}]}`), "null", 1},
		{"nothing but zeros", body(`{"data":[{"index":0,"embedding":[0,0]},{"index":1,"embedding":[1,2]}]}`), "zeros", 1},
		{"letters for numbers", body(`{"data":[{"index":0,"embedding":"AAAA"},{"index":1,"embedding":"AAAA"}]}`), "not the JSON", 1},
		{"an endless vector", body(`{"data":[{"index":0,"embedding":[` + strings.Repeat("1,", service.MaxDims) + `1]},{"index":1,"embedding":[1]}]}`), "8193 numbers", 1},
		{"an endless answer", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"data":[{"index":0,"embedding":[1`)
			for w, chunk := w, []byte(strings.Repeat(",1", 1<<18)); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}, "longer than", 1},
		{"half an answer", body(`{"data":[{"index":0,`), "ends early", 3},
		{"nothing", body(``), "ends early", 3},
		{"the line goes dead", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "EOF", 3},
		{"its own mistake", status(500), `status 500 "because"`, 3},
		{"out of order", status(503), "status 503", 3},
		{"too many requests", status(429, "Retry-After", "7"), "status 429", 3},
		{"a wrong key", status(401), `status 401 "because"`, 1},
		{"a wrong address", status(404), "status 404", 1},
		{"texts it does not take", status(400), "refuses the texts", 1},
		{"texts too long for it", status(413), "refuses the texts", 1},
		{"another place", status(307, "Location", "https://elsewhere.example/v1/embeddings"), "a redirect", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := servicetest.New(t, nil)
			s.Answer(c.answer)
			client, _ := newClient(t, service.Options{URL: s.URL})
			got, err := client.Embed(ctx, []string{"a", "b"})
			if got != nil || err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("gave %v, %v", got, err)
			}
			if n := s.Requests(); n != c.asked {
				t.Errorf("asked %d times, want %d", n, c.asked)
			}
		})
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	followed := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed = true }))
	defer other.Close()
	s := servicetest.New(t, nil)
	s.Answer(status(308, "Location", other.URL))
	c, _ := newClient(t, service.Options{URL: s.URL, Key: "secret"})
	if _, err := c.Embed(ctx, []string{"a"}); err == nil || followed {
		t.Errorf("%v, followed %v", err, followed)
	}
}

func TestWhatMayPassIsTriedAgainLater(t *testing.T) {
	s := servicetest.New(t, nil)
	c, k := newClient(t, service.Options{URL: s.URL})
	left := 2
	s.Answer(func(w http.ResponseWriter, r *http.Request) {
		if left--; left == 0 {
			s.Answer(nil)
		}
		status(500)(w, r)
	})
	if _, err := c.Embed(ctx, []string{"a"}); err != nil {
		t.Fatal(err)
	}
	if len(k.sleeps) != 2 || k.sleeps[0] < 500*time.Millisecond || k.sleeps[0] > 1500*time.Millisecond || k.sleeps[1] < time.Second || k.sleeps[1] > 3*time.Second {
		t.Errorf("slept %v", k.sleeps)
	}
	k.sleeps, left = nil, 1
	s.Answer(func(w http.ResponseWriter, r *http.Request) { s.Answer(nil); status(429, "Retry-After", "7")(w, r) })
	if _, err := c.Embed(ctx, []string{"a"}); err != nil || !slices.Equal(k.sleeps, []time.Duration{7 * time.Second}) {
		t.Errorf("%v, slept %v", err, k.sleeps)
	}
	k.sleeps = nil
	at := k.now().Add(9 * time.Second).Format(http.TimeFormat)
	s.Answer(func(w http.ResponseWriter, r *http.Request) { s.Answer(nil); status(503, "Retry-After", at)(w, r) })
	if _, err := c.Embed(ctx, []string{"a"}); err != nil || len(k.sleeps) != 1 || k.sleeps[0] <= 8*time.Second || k.sleeps[0] > 9*time.Second {
		t.Errorf("%v, slept %v", err, k.sleeps)
	}
	// What is asked to wait for long is not waited for, and nobody asks meanwhile.
	s.Answer(status(429, "Retry-After", "3600"))
	k.sleeps = nil
	if _, err := c.Embed(ctx, []string{"a"}); err == nil || len(k.sleeps) > 0 || c.Paused() != time.Hour {
		t.Errorf("%v, slept %v, paused for %v", err, k.sleeps, c.Paused())
	}
	n := s.Requests()
	if _, err := c.Embed(ctx, []string{"a"}); !errors.Is(err, service.ErrPaused) || s.Requests() != n {
		t.Errorf("asked again: %v", err)
	}
}

func TestAServiceThatFailsIsLeftAloneForAWhile(t *testing.T) {
	s := servicetest.New(t, nil)
	c, k := newClient(t, service.Options{URL: s.URL})
	s.Answer(status(500))
	for range service.FailuresMost {
		if _, err := c.Ask(ctx, "a"); err == nil || errors.Is(err, service.ErrPaused) {
			t.Fatal(err)
		}
	}
	pause := service.PauseFirst
	for range 8 {
		n := s.Requests()
		if _, err := c.Ask(ctx, "a"); !errors.Is(err, service.ErrPaused) || s.Requests() != n {
			t.Fatalf("asked in a pause: %v", err)
		}
		k.sleep(ctx, pause-time.Second)
		if _, err := c.Ask(ctx, "a"); !errors.Is(err, service.ErrPaused) || s.Requests() != n {
			t.Fatalf("asked a second before the end of a pause of %v: %v", pause, err)
		}
		k.sleep(ctx, time.Second)
		if _, err := c.Ask(ctx, "a"); errors.Is(err, service.ErrPaused) || s.Requests() != n+1 {
			t.Fatalf("not asked after a pause of %v: %v", pause, err)
		}
		pause = min(2*pause, service.PauseMost)
	}
	// What is done in the background fails apart.
	if c.Paused() != 0 {
		t.Errorf("the background is paused for %v", c.Paused())
	}
	s.Answer(nil)
	k.sleep(ctx, pause)
	for range 2 {
		if _, err := c.Ask(ctx, "a"); err != nil {
			t.Fatalf("after it came back: %v", err)
		}
	}
	// A failure after a success is the first of a row again.
	s.Answer(status(500))
	for range service.FailuresMost {
		if _, err := c.Ask(ctx, "a"); errors.Is(err, service.ErrPaused) {
			t.Fatal("paused too early")
		}
	}
}

func TestNobodyWaitsForASlowService(t *testing.T) {
	s := servicetest.New(t, nil)
	release, arrived := make(chan struct{}), make(chan struct{}, 100)
	defer close(release)
	s.Answer(func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-release
	})
	hasty, _ := newClient(t, service.Options{URL: s.URL, Wait: time.Millisecond, Timeout: time.Millisecond})
	if _, err := hasty.Ask(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("asked: %v", err)
	}
	if _, err := hasty.Embed(ctx, []string{"a"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("in the background: %v", err)
	}
	// As many wait as may; one more does not.
	for len(arrived) > 0 {
		<-arrived
	}
	patient, _ := newClient(t, service.Options{URL: s.URL})
	gone, leave := context.WithCancel(ctx)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if _, err := patient.Ask(gone, "a"); !errors.Is(err, context.Canceled) {
				t.Errorf("one who waited got %v", err)
			}
		})
	}
	for range 4 {
		<-arrived
	}
	if _, err := patient.Ask(ctx, "a"); !errors.Is(err, service.ErrBusy) {
		t.Errorf("one more than may wait got %v", err)
	}
	leave()
	wait.Wait()
	// Those who went away say nothing about the service.
	for range service.FailuresMost + 1 {
		if _, err := patient.Ask(gone, "a"); !errors.Is(err, context.Canceled) {
			t.Errorf("who is gone got %v", err)
		}
	}
}

func TestAddressesAreChecked(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://ai.example/v1/embeddings":           true,
		"http://127.0.0.1:8081/v1/embeddings":        true,
		"https://ai.example/v1/embeddings?version=1": true,
		"":                        false,
		"ai.example/v1":           false,
		"file:///etc/passwd":      false,
		"gopher://ai.example/":    false,
		"https://":                false,
		"https://key@ai.example/": false,
		"https://ai.example/v1#x": false,
		"http:ai.example":         false,
		"https://ai.example/\x7f": false,
	} {
		if err := service.Check(address); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
		if _, err := service.New(service.Options{URL: address, Model: "m"}); (err == nil) != ok {
			t.Errorf("New(%q): %v", address, err)
		}
	}
	if _, err := service.New(service.Options{URL: "https://ai.example/", Model: " "}); err == nil {
		t.Error("no model is needed")
	}
}

func FuzzAnswer(f *testing.F) {
	for _, s := range []string{`{"data":[{"index":0,"embedding":[1,-2.5e-3]},{"index":1,"embedding":[3,4]}]}`, `{"data":null}`, `{"data":[{"index":0,"embedding":[1e38,1e-46]},{"index":1,"embedding":null}]}`,
		`{"data":[{"index":1,"embedding":[1]},{"index":0,"embedding":[1]}],"data":[{},{}]}`, `[]`, `{`, `{"data":[{"index":0.5}]}`, strings.Repeat(`{"data":[`, 100)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := service.ParseForTest(strings.NewReader(text), 2)
		if err != nil {
			if got != nil {
				t.Error("an answer beside an error")
			}
			return
		}
		if len(got) != 2 || len(got[0]) == 0 || len(got[0]) != len(got[1]) {
			t.Fatalf("%v is not one vector for each text", got)
		}
		for _, v := range got {
			any := false
			for _, x := range v {
				any = any || x != 0
				if y := float64(x); math.IsNaN(y) || math.IsInf(y, 0) {
					t.Errorf("%v", x)
				}
			}
			if !any {
				t.Error("no direction")
			}
		}
	})
}
