package site_test

import (
	"net/url"
	"strings"
	"testing"

	"karvan/internal/lang"
)

func TestAdminIsForAdmins(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/en/admin", "/en/admin/accounts", "/en/admin/accounts/new", "/en/admin/accounts/" + w.ids["guo"]} {
		w.as("").get(path).want(303)
		for _, login := range []string{"guo", "aigerim", "elena"} {
			w.as(login).get(path).want(403)
		}
		w.as("admin").get(path).want(200)
	}
	w.as("guo").post("/en/admin/accounts/new", url.Values{"login": {"eve"}}).want(403)
}

func TestAdminCounts(t *testing.T) {
	w := newWorld(t)
	w.create("aigerim", item("A draft"))
	for _, tag := range lang.Interface {
		w.as("admin").get("/" + string(tag) + "/admin").want(200)
	}
	p := w.as("admin").get("/en/admin")
	p.has("main", "up to date")
	p.has("dl", "sqlite")
	for _, row := range p.find("tbody tr") {
		cells := (&page{TB: t, root: row}).find("td")
		if strings.HasPrefix(textOf(row), "Announcements") && textOf(cells[len(cells)-1]) != "1" {
			t.Errorf("the draft is not counted: %s", textOf(row))
		}
	}
	if len(p.find("tbody tr")) != len(w.Book.Kinds()) {
		t.Errorf("%d kinds, want %d", len(p.find("tbody tr")), len(w.Book.Kinds()))
	}
}

func TestAccountsAreOpenedAndChanged(t *testing.T) {
	w := newWorld(t)
	b := w.as("admin")
	form := url.Values{"login": {"zhang@example.org"}, "name": {"Zhang"}, "lang": {"zh"}, "zone": {"Asia/Shanghai"}, "role": {"member"},
		"organisation": {string(institute)}, "password": {"a rather long one"}, "repeat": {"a rather long one"}}
	t.Run("a new account can sign in and acts for its organisation", func(t *testing.T) {
		p := b.follow("/en/admin/accounts/new", form).want(200)
		p.has(".notice", "zhang@example.org")
		p.has("tbody", "Institute of Dryland Farming")
		q := w.as("").follow("/en/sign-in", url.Values{"login": {"zhang@example.org"}, "password": {"a rather long one"}})
		q.want(200).has("main", "Offer or need something")
	})
	t.Run("the same login cannot be taken twice", func(t *testing.T) {
		p := b.post("/en/admin/accounts/new", form).want(409)
		p.has(".errors", "taken")
		if p.value("name") != "Zhang" {
			t.Errorf("the name kept is %q", p.value("name"))
		}
	})
	t.Run("a role needs its scope", func(t *testing.T) {
		for role, field := range map[string]string{"member": "organisation", "focal": "state", "secretariat": "body"} {
			p := b.post("/en/admin/accounts/new", url.Values{"login": {"li"}, "name": {"Li"}, "lang": {"zh"}, "zone": {"UTC"}, "role": {role}, "password": {"a rather long one"}, "repeat": {"a rather long one"}}).want(422)
			if len(p.find(".errors a[href=#f-"+field+"]")) != 1 {
				t.Errorf("%s: %s", role, p.text(".errors"))
			}
		}
	})
	t.Run("a scope of another kind is refused", func(t *testing.T) {
		b.post("/en/admin/accounts/new", url.Values{"login": {"li"}, "name": {"Li"}, "lang": {"zh"}, "zone": {"UTC"}, "role": {"focal"}, "state": {string(institute)}, "password": {"a rather long one"}, "repeat": {"a rather long one"}}).want(422)
	})
	t.Run("a search finds an organisation and keeps what was typed", func(t *testing.T) {
		p := b.post("/en/admin/accounts/new", url.Values{"login": {"li"}, "name": {"Li"}, "lang": {"zh"}, "zone": {"UTC"}, "organisations": {"ministry"}, "find": {"yes"}}).want(200)
		p.has("#f-organisation", "Ministry of Science")
		p.lacks("#f-organisation", "Dryland")
		if p.value("name") != "Li" {
			t.Errorf("the name kept is %q", p.value("name"))
		}
	})
	t.Run("an account is disabled, and its session ends", func(t *testing.T) {
		hua := w.as("hua")
		hua.get("/en/desk").want(200)
		path := "/en/admin/accounts/" + w.ids["hua"]
		values := b.get(path).want(200).form(w.ids["hua"])
		values.Set("disabled", "yes")
		b.follow(path, values).want(200).has("tbody", "Disabled")
		hua.get("/en/desk").want(303)
	})
	t.Run("a password is given anew", func(t *testing.T) {
		path := "/en/admin/accounts/" + w.ids["chen"]
		b.post(path, url.Values{"reset": {"yes"}, "password": {"short"}, "repeat": {"short"}}).want(422).has(".errors", "at least")
		b.follow(path, url.Values{"reset": {"yes"}, "password": {"given by the admin"}, "repeat": {"given by the admin"}}).want(200)
		w.as("").post("/en/sign-in", url.Values{"login": {"chen"}, "password": {"given by the admin"}}).want(303)
	})
	t.Run("the last admin stays", func(t *testing.T) {
		path := "/en/admin/accounts/" + w.ids["admin"]
		values := b.get(path).want(200).form(w.ids["admin"])
		values.Set("disabled", "yes")
		b.post(path, values).want(409).has(".errors", "last administrator")
		values.Del("disabled")
		values.Set("role", "focal")
		values.Set("state", string(kazakhstan))
		b.post(path, values).want(409)
	})
	t.Run("an account that is none is not found", func(t *testing.T) {
		b.get("/en/admin/accounts/nobody").want(404)
	})
}
