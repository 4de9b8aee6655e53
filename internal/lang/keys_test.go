package lang_test

import (
	"slices"
	"strings"
	"testing"
)

// root is the top of the repository.
const root = "../.."

// atRunTime are the beginnings of keys that are put together from data: a
// code, a state, a language.
var atRunTime = []string{
	"bytes.", "code.", "field.", "kind.", "kinds.", "lang.", "membership.", "month.",
	"provenance.", "role.", "state.", "tier.", "topic.", "verb.",
}

func TestKeysInTheSourceExist(t *testing.T) {
	p := load(t).Printer("en")
	for _, u := range scan(t, root).uses {
		if !p.Has(u.key) {
			t.Errorf("%s: no message %s", u.where, u.key)
		}
	}
}

func TestMessagesAreUsed(t *testing.T) {
	src := scan(t, root)
	used := func(key string) bool {
		if src.literals[key] {
			return true
		}
		for i := range len(key) {
			if key[i] == '.' && (src.prefixes[key[:i+1]] || slices.Contains(atRunTime, key[:i+1])) {
				return true
			}
		}
		return false
	}
	for _, key := range load(t).Keys("en") {
		if !used(key) {
			t.Errorf("nobody uses %s", key)
		}
	}
}

// A call gives a message the arguments its placeholders ask for, and no others.
func TestArgumentsFitTheMessages(t *testing.T) {
	english := readTexts(t)["en"]
	for _, u := range scan(t, root).uses {
		forms, ok := english[u.key]
		if !ok || !u.exact || strings.HasPrefix(u.key, "date.") {
			continue
		}
		text := forms[""] + forms["other"]
		for _, m := range placeholders(u.key, text) {
			if !slices.Contains(u.args, strings.Trim(m, "{}")) {
				t.Errorf("%s: %s needs %s", u.where, u.key, m)
			}
		}
		for _, a := range u.args {
			if counts := a == "n" && forms["other"] != ""; !counts && !strings.Contains(text, "{"+a+"}") {
				t.Errorf("%s: %s has no place for %q", u.where, u.key, a)
			}
		}
	}
}

// The scan finds each way in which the source asks for a message.
func TestScan(t *testing.T) {
	src := scan(t, "testdata/scan")
	got := map[string]string{}
	for _, u := range src.uses {
		got[u.key] = strings.Join(u.args, " ")
		if !u.exact && u.key != "go.spread" && u.key != "go.variable" {
			t.Errorf("%s: the names of %s are written out", u.where, u.key)
		}
	}
	want := map[string]string{
		"go.plain": "", "go.named": "who day", "go.counted": "n who", "go.fault": "max", "go.spread": "xs", "go.variable": "",
		"html.plain": "", "html.named": "who", "html.counted": "n", "html.inner": "", "html.method": "who", "html.in-else": "",
		"html.in-block": "", "html.attribute": "",
	}
	delete(got, "go.spread")
	delete(want, "go.spread")
	for key, args := range want {
		if a, ok := got[key]; !ok || a != args {
			t.Errorf("%s: found %v with %q, want %q", key, ok, a, args)
		}
	}
	for key := range got {
		if _, ok := want[key]; !ok {
			t.Errorf("found %s, which is no use of a message", key)
		}
	}
	for _, prefix := range []string{"state.", "kind.", "code.type."} {
		if !src.prefixes[prefix] {
			t.Errorf("the prefix %s was not found", prefix)
		}
	}
	if !src.literals["go.table"] {
		t.Error("a key in a table was not found")
	}
}
