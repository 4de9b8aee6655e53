package lang_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"karvan/internal/lang"
	"karvan/locales"
)

// load returns the real catalogues.
func load(t *testing.T) *lang.Catalogues {
	t.Helper()
	c, err := lang.Load(locales.Files)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sample returns a printer over messages made for a test.
func sample(t *testing.T, tag lang.Tag, json string) *lang.Printer {
	t.Helper()
	c, err := lang.Load(fstest.MapFS{string(tag) + "/a.json": {Data: []byte(json)}})
	if err != nil {
		t.Fatal(err)
	}
	return c.Printer(tag)
}

func TestLoadRefuses(t *testing.T) {
	for _, c := range []struct {
		name, file, json, complaint string
	}{
		{"a key twice in one file", "en/a.json", `{"a.b":"x","a.b":"y"}`, "twice"},
		{"a key twice in two files", "en/z.json", `{"common.x":"y"}`, "another file"},
		{"an unknown plural form", "en/a.json", `{"a.b":{"several":"x","other":"y"}}`, "several"},
		{"a plural form twice", "en/a.json", `{"a.b":{"one":"x","one":"y","other":"z"}}`, "twice"},
		{"plural forms without other", "en/a.json", `{"a.b":{"one":"x"}}`, "other"},
		{"a stray brace", "en/a.json", `{"a.b":"x {Name} y"}`, "stray brace"},
		{"an open brace", "en/a.json", `{"a.b":"x {name"}`, "stray brace"},
		{"a number", "en/a.json", `{"a.b":1}`, "neither"},
		{"a number as a plural form", "en/a.json", `{"a.b":{"other":1}}`, "string"},
		{"a list", "en/a.json", `["a.b"]`, "not a JSON object"},
		{"a key of one word", "en/a.json", `{"a":"x"}`, "want lower-case"},
		{"a key with capitals", "en/a.json", `{"a.B":"x"}`, "want lower-case"},
		{"a folder that is no language", "english!/a.json", `{"a.b":"x"}`, "canonical"},
		{"a folder in another form", "EN/a.json", `{"a.b":"x"}`, "canonical"},
		{"an end that does not come", "en/a.json", `{"a.b":"x"`, "EOF"},
		{"text after the end", "en/a.json", `{"a.b":"x"} {}`, "after the object"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := lang.Load(fstest.MapFS{
				"en/common.json": {Data: []byte(`{"common.x":"x"}`)},
				c.file:           {Data: []byte(c.json)},
			})
			if err == nil || !strings.Contains(err.Error(), c.complaint) {
				t.Errorf("error %v, want one about %q", err, c.complaint)
			}
		})
	}
	if _, err := lang.Load(fstest.MapFS{}); err == nil {
		t.Error("an empty file system was loaded")
	}
}

func TestLoadMergesAreas(t *testing.T) {
	c, err := lang.Load(fstest.MapFS{
		"en/a.json": {Data: []byte(`{"a.x":"one"}`)},
		"en/b.json": {Data: []byte(`{"b.x":"two"}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	p := c.Printer("en")
	if got := p.T("a.x") + " " + p.T("b.x"); got != "one two" {
		t.Errorf("got %q", got)
	}
	if got := c.Printer("kk").Tag(); got != "en" {
		t.Errorf("a language without a catalogue is printed in %q", got)
	}
	if got := c.Keys("en"); !slices.Equal(got, []string{"a.x", "b.x"}) {
		t.Errorf("keys %v", got)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(`{"a.b":"x {n}"}`)
	f.Add(`{"a.b":{"one":"x","other":"y"}}`)
	f.Add(`{"a.b":{"one":`)
	f.Fuzz(func(t *testing.T, json string) {
		if len(json) > 10_000 {
			return
		}
		c, err := lang.Load(fstest.MapFS{"ru/a.json": {Data: []byte(json)}})
		if err != nil {
			return
		}
		for _, key := range c.Keys("ru") {
			c.Printer("ru").N(key, 5)
		}
		if missing := c.Missing(); len(missing) > 0 {
			t.Errorf("loaded keys are missing: %q", missing)
		}
	})
}

func TestMissingKeysAreCounted(t *testing.T) {
	c := load(t)
	if got := c.Printer("ru").T("no.such-key", "n", 3); got != "⟦no.such-key⟧" {
		t.Errorf("got %q", got)
	}
	if got := c.Missing(); !slices.Equal(got, []string{"no.such-key"}) {
		t.Errorf("missing keys %v", got)
	}
}

func TestArguments(t *testing.T) {
	p := sample(t, "en", `{"x.hello":"Hello, {name} & {n}!","x.plain":"<b>","x.twice":"{a}{a}{b}"}`)
	for _, c := range []struct {
		name, got, want string
	}{
		{"numbers are written by the language, text as it is", p.T("x.hello", "name", "<Li>", "n", 12345), "Hello, <Li> & 12,345!"},
		{"N fills n", p.N("x.hello", 3, "name", "Li"), "Hello, Li & 3!"},
		{"an argument nobody gave is empty", p.T("x.hello"), "Hello,  & !"},
		{"an odd number of arguments", p.T("x.hello", "name"), "Hello,  & !"},
		{"an argument nobody asked for", p.T("x.plain", "n", 1), "<b>"},
		{"a placeholder twice", p.T("x.twice", "a", lang.Tag("ru"), "b", int64(7)), "ruru7"},
		{"a placeholder in an argument is only text", p.T("x.twice", "a", "{b}", "b", 1), "{b}{b}1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.got != c.want {
				t.Errorf("got %q, want %q", c.got, c.want)
			}
		})
	}
}

func TestIsolates(t *testing.T) {
	const text = `{"x.by":"A {who} B {n}"}`
	for _, c := range []struct {
		name string
		tag  lang.Tag
		who  string
		want string
	}{
		{"left in left", "en", "Li Wei", "A Li Wei B 5"},
		{"Cyrillic in English", "en", "Пример", "A Пример B 5"},
		{"right in left", "en", "نمونه", "A \u2068نمونه\u2069 B 5"},
		{"mixed in left", "ru", "Co. נ", "A \u2068Co. נ\u2069 B 5"},
		{"left in right", "fa", "Li Wei", "A \u2068Li Wei\u2069 B ۵"},
		{"nothing in right", "fa", "", "A  B ۵"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := sample(t, c.tag, text).T("x.by", "who", c.who, "n", 5); got != c.want {
				t.Errorf("got %+q, want %+q", got, c.want)
			}
		})
	}
}

func TestPlurals(t *testing.T) {
	const forms = `{"x.n":{"zero":"zero","one":"one","two":"two","few":"few","many":"many","other":"other"},"x.short":{"one":"one","other":"other"}}`
	for _, c := range []struct {
		tag  lang.Tag
		want map[int]string
	}{
		{"en", map[int]string{0: "other", 1: "one", 2: "other", 101: "other", -1: "one"}},
		{"zh", map[int]string{0: "other", 1: "other", 5: "other"}},
		{"fa", map[int]string{0: "one", 1: "one", 2: "other"}},
		{"ru", map[int]string{0: "many", 1: "one", 2: "few", 5: "many", 11: "many", 12: "many", 21: "one", 22: "few", 111: "many", 1_000_001: "one", 10_000_000: "many", -3: "few"}},
		{"be", map[int]string{1: "one", 3: "few", 5: "many"}},
		{"kk", map[int]string{1: "one", 2: "other"}},
	} {
		t.Run(string(c.tag), func(t *testing.T) {
			p := sample(t, c.tag, forms)
			for n, want := range c.want {
				if got := p.N("x.n", n); got != want {
					t.Errorf("%d is %q, want %q", n, got, want)
				}
			}
		})
	}
	if got := sample(t, "ru", forms).N("x.short", 5); got != "other" {
		t.Errorf("a form that is not there gives %q, want other", got)
	}
	if got := sample(t, "ru", forms).T("x.n"); got != "other" {
		t.Errorf("counting nothing gives %q, want other", got)
	}
}

// One printer serves every request at once; the race detector watches.
func TestPrinterServesManyAtOnce(t *testing.T) {
	p := load(t).Printer("ru")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for n := range 200 {
				want := map[string]string{"one": "день", "few": "дня", "many": "дней"}[p.PluralForm(int64(n))]
				if got := p.N("days.ago", n); !strings.Contains(got, " "+want+" ") {
					t.Errorf("%d: %q, want %q in it", n, got, want)
				}
				p.T("no.such-key")
			}
		})
	}
	wg.Wait()
}

func TestName(t *testing.T) {
	c := load(t)
	for _, x := range []struct {
		tag, in lang.Tag
		want    string
	}{
		{"zh", "en", "Chinese"}, {"fa", "zh", "波斯语"}, {"uz-Cyrl", "ru", "Узбекский"}, {"be", "fa", "بلاروسی"}, {"sw", "en", "sw"},
	} {
		if got := c.Name(x.tag, x.in); got != x.want {
			t.Errorf("Name(%s, %s) = %q, want %q", x.tag, x.in, got, x.want)
		}
	}
	if m := c.Missing(); len(m) > 0 {
		t.Errorf("asking for a name counts as missing: %v", m)
	}
}
