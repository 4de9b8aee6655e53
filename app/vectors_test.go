package app_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"karvan/app"
	"karvan/app/demo"
	"karvan/matching/vectors/service/servicetest"
)

func TestAnEmbeddingServiceIsSetUpWholeOrNotAtAll(t *testing.T) {
	for name, c := range map[string]struct {
		flags map[string]string
		says  string
	}{
		"none":                       {map[string]string{}, ""},
		"an address and a model":     {map[string]string{"embeddings-url": "http://127.0.0.1:1/v1/embeddings", "embeddings-model": "m"}, ""},
		"no model":                   {map[string]string{"embeddings-url": "http://127.0.0.1:1/v1/embeddings"}, "embeddings-model"},
		"a file for an address":      {map[string]string{"embeddings-url": "file:///etc/passwd", "embeddings-model": "m"}, "embeddings-url"},
		"a password in the address":  {map[string]string{"embeddings-url": "https://a:b@ai.example/", "embeddings-model": "m"}, "embeddings-url"},
		"only a model, which is off": {map[string]string{"embeddings-model": "m"}, ""},
	} {
		_, err := app.LoadConfig("", func(string) (string, bool) { return "", false }, c.flags)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestANodeWithAnEmbeddingServiceWorksWithAndWithoutIt(t *testing.T) {
	s := servicetest.New(t, nil)
	c, err := app.LoadConfig("", func(string) (string, bool) { return "", false }, map[string]string{"data": t.TempDir(), "listen": freeAddress(t),
		"demo": "true", "learn": "false", "embeddings-url": s.URL, "embeddings-model": "test", "embeddings-key": "secret"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	a, err := app.Open(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := demo.Make(ctx, a.DB, a.Book); err != nil {
		t.Fatal(err)
	}
	if err := a.Feed.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	up, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- a.Serve(ctx, func(net.Addr) { close(up) }) }()
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	<-up
	get := func(path string) string {
		t.Helper()
		answer, err := http.Get(c.BaseURL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d, %v", path, answer.StatusCode, err)
		}
		return string(text)
	}
	some := regexp.MustCompile(`(?m)^karvan_vectors [1-9]`)
	for deadline := time.Now().Add(time.Minute); !some.MatchString(get("/metrics")); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("no vectors")
		}
	}
	if h := s.Headers()[0].Get("Authorization"); h != "Bearer secret" {
		t.Errorf("sent the key as %q", h)
	}
	get("/en/search?q=irrigation")
	s.Answer(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	if page := get("/en/search?q=water"); !strings.Contains(page, "/catalogue/") && !strings.Contains(page, "/board/") {
		t.Error("without the service nothing is found")
	}
}
