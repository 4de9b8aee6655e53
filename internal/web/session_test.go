package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"karvan/internal/db"
	"karvan/internal/testkit"
	"karvan/internal/web"
)

// cookies are those an answer sets, by name.
func cookies(w *httptest.ResponseRecorder) map[string]*http.Cookie {
	out := map[string]*http.Cookie{}
	for _, c := range w.Result().Cookies() {
		out[c.Name] = c
	}
	return out
}

func signIn(t *testing.T, site http.Handler, headers ...string) string {
	t.Helper()
	w := call(site, "POST", "/en/in", headers...)
	c := cookies(w)["karvan"]
	if w.Code != 303 || c == nil || c.Value == "" {
		t.Fatalf("no session: %d %v", w.Code, w.Header())
	}
	return "karvan=" + c.Value
}

func signedIn(site http.Handler, cookie string) bool {
	return strings.Contains(call(site, "GET", "/en/", "Cookie", cookie).Body.String(), "Aigul")
}

func TestSessions(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		clock := testkit.NewClock(time.Date(2031, 5, 4, 10, 0, 0, 0, time.UTC))
		d.SetClock(clock.Now)
		n := open(t, func(c *web.Config) { c.DB = d })
		site := routes(n)
		began := clock.Now()

		t.Run("a session ends when it is not used", func(t *testing.T) {
			clock.Set(began)
			cookie := signIn(t, site)
			clock.Set(began.Add(11 * time.Hour))
			if !signedIn(site, cookie) {
				t.Fatal("ended too soon")
			}
			clock.Set(began.Add(22 * time.Hour))
			if !signedIn(site, cookie) {
				t.Fatal("use did not prolong it")
			}
			clock.Set(began.Add(35 * time.Hour))
			if signedIn(site, cookie) {
				t.Error("did not end")
			}
			if n, err := n.Sweep(context.Background()); n != 1 || err != nil {
				t.Errorf("swept %d %v", n, err)
			}
		})
		t.Run("a session ends after a week however much it is used", func(t *testing.T) {
			clock.Set(began)
			cookie := signIn(t, site)
			for h := time.Duration(10); h < 7*24; h += 10 {
				clock.Set(began.Add(h * time.Hour))
				if !signedIn(site, cookie) {
					t.Fatalf("ended after %d hours", h)
				}
			}
			clock.Set(began.Add(7*24*time.Hour + time.Minute))
			if signedIn(site, cookie) {
				t.Error("did not end")
			}
		})
		t.Run("signing in renews the token and signing out ends it", func(t *testing.T) {
			clock.Set(began)
			first := signIn(t, site)
			second := signIn(t, site, "Cookie", first)
			if first == second || signedIn(site, first) || !signedIn(site, second) {
				t.Error("the token was not renewed")
			}
			if w := call(site, "POST", "/en/out", "Cookie", second); cookies(w)["karvan"].MaxAge >= 0 || signedIn(site, second) {
				t.Error("still signed in")
			}
		})
		t.Run("a planted token is not taken over", func(t *testing.T) {
			if got := signIn(t, site, "Cookie", "karvan=planted"); got == "karvan=planted" {
				t.Error("taken over")
			}
		})
		t.Run("an account that may no longer sign in loses its session", func(t *testing.T) {
			cookie := signIn(t, site)
			n.blocked = true
			if signedIn(site, cookie) {
				t.Error("still signed in")
			}
			n.blocked = false
			if signedIn(site, cookie) {
				t.Error("the session came back")
			}
		})
		t.Run("the table does not hold the token itself", func(t *testing.T) {
			token := strings.TrimPrefix(signIn(t, site), "karvan=")
			var found int
			err := d.Read(context.Background(), func(tx *db.Tx) error {
				return tx.QueryRow(context.Background(), `SELECT count(*) FROM sessions WHERE token = $1`, []any{token}, &found)
			})
			if err != nil || found != 0 {
				t.Errorf("%d %v", found, err)
			}
		})
	})
}

func TestReadersGetNoCookie(t *testing.T) {
	site := routes(open(t))
	for _, target := range []string{"/", "/en/", "/en/board", "/en/nowhere", "/static/app.css"} {
		if got := call(site, "GET", target).Header().Values("Set-Cookie"); got != nil {
			t.Errorf("%s sets %q", target, got)
		}
	}
}

func TestStaleCookieIsRemoved(t *testing.T) {
	w := call(routes(open(t)), "GET", "/en/", "Cookie", "karvan=stale")
	if c := cookies(w)["karvan"]; c == nil || c.MaxAge >= 0 || w.Header().Get("Cache-Control") != "private, no-store" {
		t.Errorf("%v", w.Header())
	}
}

func TestCookieAttributes(t *testing.T) {
	n := open(t, func(c *web.Config) { c.Secure = true })
	c := cookies(call(routes(n), "POST", "/en/in"))["__Host-karvan"]
	if c == nil || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("%+v", c)
	}
}

func TestNoticeIsShownOnce(t *testing.T) {
	site := routes(open(t))
	set := cookies(call(site, "POST", "/ru/in"))["karvan-flash"]
	w := call(site, "GET", "/ru/board", "Cookie", "karvan-flash="+set.Value)
	has(t, "page", w.Body.String(), `<p role="status">Обнаружены 3 ошибки</p>`)
	if c := cookies(w)["karvan-flash"]; c == nil || c.MaxAge >= 0 {
		t.Error("the notice would be shown again")
	}
	if got := w.Header().Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("Cache-Control %q", got)
	}
	for _, forged := range []string{"rubbish", "e30", "eyJrIjoibm8uc3VjaCJ9"} {
		if w := call(site, "GET", "/ru/board", "Cookie", "karvan-flash="+forged); w.Code != 200 || strings.Contains(w.Body.String(), "status") {
			t.Errorf("%s: %d %s", forged, w.Code, w.Body)
		}
	}
}
