package app_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"karvan/app"
	"karvan/app/demo"
)

// node is a running node with the demo world, shared by the tests of this
// package. Tests that change records make their own.
type node struct {
	app *app.App
	url string
}

var shared struct {
	sync.Mutex
	node *node
	dir  string
	stop func() error
}

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	code := m.Run()
	if shared.stop != nil {
		if err := shared.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stopping the shared node:", err)
			code = 1
		}
		os.RemoveAll(shared.dir)
	}
	stopBrowser()
	os.Exit(code)
}

// demoNode gives the shared node.
func demoNode(t *testing.T) *node {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.node == nil {
		dir, err := os.MkdirTemp("", "karvan-demo-*")
		if err != nil {
			t.Fatal(err)
		}
		shared.dir = dir
		shared.node, shared.stop = startNode(t, dir, "")
	}
	return shared.node
}

// ownNode starts a node with the demo world for one test.
func ownNode(t *testing.T, database string) *node {
	t.Helper()
	n, stop := startNode(t, t.TempDir(), database)
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return n
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func config(t *testing.T, dir, database string) app.Config {
	t.Helper()
	c, err := app.LoadConfig("", func(string) (string, bool) { return "", false },
		map[string]string{"data": dir, "listen": freeAddress(t), "demo": "true", "database": database})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func startNode(t *testing.T, dir, database string) (*node, func() error) {
	t.Helper()
	c := config(t, dir, database)
	ctx, cancel := context.WithCancel(context.Background())
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
	select {
	case <-up:
	case err := <-done:
		t.Fatal(err)
	case <-time.After(30 * time.Second):
		t.Fatal("the node does not start")
	}
	return &node{a, c.BaseURL}, func() error {
		cancel()
		if err := <-done; err != nil {
			return err
		}
		return a.Close()
	}
}

// client is a person with a browser that keeps cookies and follows no redirects.
type client struct {
	t    *testing.T
	n    *node
	http *http.Client
}

func (n *node) visitor(t *testing.T) *client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &client{t, n, &http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// as signs a demo account in.
func (n *node) as(t *testing.T, login string) *client {
	t.Helper()
	c := n.visitor(t)
	if login == "" {
		return c
	}
	res := c.post("/en/sign-in", url.Values{"login": {login}, "password": {demo.Password}})
	if res.status != http.StatusSeeOther {
		t.Fatalf("sign in as %s: %d %s", login, res.status, res.body)
	}
	return c
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (c *client) get(path string) answer { return c.do(http.MethodGet, path, nil) }

func (c *client) post(path string, form url.Values) answer { return c.do(http.MethodPost, path, form) }

func (c *client) do(method, path string, form url.Values) answer {
	c.t.Helper()
	req, err := http.NewRequest(method, c.n.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", c.n.url)
	}
	res, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(body)}
}
