package site_test

import (
	"testing"

	"karvan/announcements"
	"karvan/internal/access"
	"karvan/internal/lang"
	"karvan/record"
)

func TestAboutPages(t *testing.T) {
	w := newWorld(t)
	for _, tag := range lang.Interface {
		for _, path := range []string{"/about", "/about/data", "/about/rules"} {
			p := w.as("").get("/" + string(tag) + path).want(200)
			if len(p.find("h1")) != 1 || p.attrs("html", "lang")[0] != string(tag) {
				t.Errorf("/%s%s lacks its heading or its language", tag, path)
			}
			if tables, captions := len(p.find("table")), len(p.find("table caption")); tables != captions {
				t.Errorf("/%s%s has %d tables and %d captions", tag, path, tables, captions)
			}
		}
	}
}

func TestRulesShowTheLifeOfARecord(t *testing.T) {
	w := newWorld(t)
	p := w.as("").get("/en/about/rules").want(200)
	life := "[aria-labelledby=life-caption] "
	if got, want := len(p.find(life+"tbody tr")), len(record.Lifecycle.States()); got != want {
		t.Errorf("%d states, the program has %d", got, want)
	}
	if got, want := len(p.find(life+"td div")), len(record.Lifecycle); got != want {
		t.Errorf("%d steps, the program has %d", got, want)
	}
}

func TestRulesShowEveryPolicyOnce(t *testing.T) {
	w := newWorld(t)
	p := w.as("").get("/en/about/rules").want(200)
	p.has("caption", "Announcements")
	p.has("caption", "Offers, Needs")
	p.has("caption", "Accounts")
	verbs, rules := map[string]bool{}, 0
	for _, rule := range announcements.Policy {
		verbs[rule.Verb] = true
		if rule.Role != access.Visitor {
			rules++
		}
	}
	for _, table := range p.find("table") {
		sub := &page{TB: t, root: table}
		if sub.text("caption") != "Announcements" {
			continue
		}
		if got := len(sub.find("tbody tr")); got != len(verbs) {
			t.Errorf("%d verbs, the policy has %d", got, len(verbs))
		}
		if got := len(sub.find("td div")); got != rules {
			t.Errorf("%d rules, the policy has %d", got, rules)
		}
		return
	}
	t.Error("the policy of the board is missing")
}
