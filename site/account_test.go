package site_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"karvan/internal/lang"
	"karvan/record"
)

func TestSignIn(t *testing.T) {
	w := newWorld(t)
	try := func(b *browser, form url.Values) *page { return b.post("/en/sign-in", form) }
	t.Run("the right password opens the desk", func(t *testing.T) {
		b := w.as("")
		p := b.follow("/en/sign-in", url.Values{"login": {"AIGERIM "}, "password": {password}})
		p.want(200).has("h1", "My desk")
	})
	t.Run("a path of this node is returned to, another site is not", func(t *testing.T) {
		for next, want := range map[string]string{
			"/ru/board?topic=water": "/ru/board?topic=water", "https://evil.example/": "/en/desk", "//evil.example/": "/en/desk",
			`/\evil.example`: "/en/desk", "/en/sign-in": "/en/desk", "": "/en/desk",
		} {
			p := try(w.as(""), url.Values{"login": {"aigerim"}, "password": {password}, "next": {next}}).want(303)
			if got := p.Header.Get("Location"); got != want {
				t.Errorf("next=%q leads to %q, want %q", next, got, want)
			}
		}
	})
	t.Run("every failure says the same and keeps the login", func(t *testing.T) {
		unknown := try(w.as(""), url.Values{"login": {"nobody"}, "password": {password}}).want(422)
		wrong := try(w.as(""), url.Values{"login": {"bolat"}, "password": {"not the right one"}}).want(422)
		if a, b := unknown.text(".errors"), wrong.text(".errors"); a != b || a == "" {
			t.Errorf("an unknown login says %q, a wrong password %q", a, b)
		}
		if got := wrong.value("login"); got != "bolat" {
			t.Errorf("the login kept is %q", got)
		}
		if got := wrong.value("password"); got != "" {
			t.Error("the password came back")
		}
		if len(wrong.attrs(".errors a[href=#f-password]", "href")) != 1 {
			t.Error("the summary does not link to the field")
		}
	})
	t.Run("too many tries are put off", func(t *testing.T) {
		for range 5 {
			try(w.as(""), url.Values{"login": {"chen"}, "password": {"wrong"}}).want(422)
		}
		p := try(w.as(""), url.Values{"login": {"chen"}, "password": {password}}).want(429)
		if p.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	})
	t.Run("the session is a new one", func(t *testing.T) {
		b := w.as("")
		b.cookies["karvan"] = &http.Cookie{Name: "karvan", Value: "planted"}
		try(b, url.Values{"login": {"deng"}, "password": {password}}).want(303)
		if b.cookies["karvan"].Value == "planted" {
			t.Error("the planted token is still in use")
		}
	})
	t.Run("a visitor of a closed page is asked to sign in and comes back", func(t *testing.T) {
		p := w.as("").get("/ru/desk").want(303)
		if got := p.Header.Get("Location"); got != "/ru/sign-in?next=%2Fru%2Fdesk" {
			t.Errorf("sent to %q", got)
		}
	})
}

func TestSignOut(t *testing.T) {
	w := newWorld(t)
	b := w.as("guo")
	b.get("/en/desk").want(200)
	b.follow("/en/sign-out", url.Values{}).want(200).has(".notice", "signed out")
	b.get("/en/desk").want(303)
}

func TestAccountPage(t *testing.T) {
	w := newWorld(t)
	for _, tag := range lang.Interface {
		w.as("guo").get("/"+string(tag)+"/account").want(200).has("main", "guo")
	}
	b := w.as("guo")
	t.Run("language and zone are kept", func(t *testing.T) {
		b.follow("/en/account", url.Values{"lang": {"fa"}, "zone": {"Asia/Tehran"}}).want(200)
		p := b.get("/en/account")
		if p.value("lang") != "fa" || p.value("zone") != "Asia/Tehran" {
			t.Errorf("kept %q and %q", p.value("lang"), p.value("zone"))
		}
	})
	t.Run("a zone that is none is refused, and shown again", func(t *testing.T) {
		p := b.post("/en/account", url.Values{"lang": {"en"}, "zone": {"Mars/Olympus"}}).want(422)
		p.has(".errors a[href=#f-zone]", "Choose a time zone")
	})
	t.Run("a new password needs the present one", func(t *testing.T) {
		for name, c := range map[string]struct {
			form  url.Values
			field string
		}{
			"the present one is wrong":  {url.Values{"current": {"not this one"}, "password": {"another long password"}, "repeat": {"another long password"}}, "current"},
			"the new one is too short":  {url.Values{"current": {password}, "password": {"short"}, "repeat": {"short"}}, "password"},
			"it was not typed the same": {url.Values{"current": {password}, "password": {"another long password"}, "repeat": {"another long passwort"}}, "repeat"},
		} {
			p := b.post("/en/account/password", c.form).want(422)
			if len(p.find(".errors a[href=#f-"+c.field+"]")) != 1 {
				t.Errorf("%s: the summary says %q", name, p.text(".errors"))
			}
		}
		b.follow("/en/account/password", url.Values{"current": {password}, "password": {"another long password"}, "repeat": {"another long password"}}).want(200).has(".notice", "has been changed")
		w.as("").post("/en/sign-in", url.Values{"login": {"guo"}, "password": {"another long password"}}).want(303)
	})
}

func TestDesk(t *testing.T) {
	w := newWorld(t)
	draft := w.create("aigerim", item("A draft of Kazakhstan"))
	submitted := w.create("aigerim", item("Waits for a second person"))
	w.do("aigerim", submitted.ID, "submit", record.Options{})
	late := item("Its hour has passed")
	late.PublishAt = testStart.Add(time.Hour)
	w.create("aigerim", late)
	w.do("aigerim", late.ID, "submit", record.Options{})
	w.offer("旧供给")
	w.Clock.Set(testStart.Add(2 * time.Hour))

	t.Run("an author sees the draft and what waits for others", func(t *testing.T) {
		p := w.as("aigerim").get("/en/desk").want(200)
		p.has("[aria-labelledby=desk-drafts]", "A draft of Kazakhstan")
		p.has("[aria-labelledby=desk-waiting]", "Waits for a second person")
		p.has("[aria-labelledby=desk-overdue]", "Its hour has passed")
		p.lacks("[aria-labelledby=desk-review]", "")
	})
	t.Run("the second person of the same state is asked to decide", func(t *testing.T) {
		p := w.as("bolat").get("/en/desk").want(200)
		p.has("[aria-labelledby=desk-review]", "Waits for a second person")
		w.as("bolat").get(p.attrs("[aria-labelledby=desk-review] a", "href")[0]).want(200)
	})
	t.Run("another state sees nothing of it", func(t *testing.T) {
		p := w.as("chen").get("/en/desk").want(200)
		p.lacks("main", "Kazakhstan")
		p.lacks("main", "second person")
	})
	t.Run("profiles that nobody confirmed come up after ninety days", func(t *testing.T) {
		w.as("guo").get("/en/desk").want(200).lacks("[aria-labelledby=desk-confirm]", "")
		w.Clock.Set(testStart.Add(91 * 24 * time.Hour))
		w.as("guo").get("/en/desk").want(200).has("[aria-labelledby=desk-confirm]", "旧供给")
		w.as("chen").get("/zh/desk").want(200).has("[aria-labelledby=desk-confirm]", "旧供给")
	})
	t.Run("an empty desk says so", func(t *testing.T) {
		w.as("farid").get("/fa/desk").want(200).has(".empty", "چیزی در انتظار شما نیست")
	})
	if !strings.HasPrefix(string(draft.ID), testNode) {
		t.Errorf("id %q", draft.ID)
	}
}
