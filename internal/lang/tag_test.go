package lang_test

import (
	"errors"
	"strings"
	"testing"

	"karvan/internal/lang"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     lang.Tag // "" wants an error
	}{
		{"a plain language", "ru", "ru"},
		{"case is made canonical", "UZ-cyrl-uz", "uz-Cyrl-UZ"},
		{"an underscore is read as a hyphen", "zh_CN", "zh-CN"},
		{"a withdrawn code becomes the present one", "iw", "he"},
		{"nothing", "", ""},
		{"the undetermined language", "und", ""},
		{"no language at all", "klingon-forever", ""},
		{"a path", "../etc/passwd", ""},
		{"an unknown language of good form", "qq", ""},
		{"too long", "en-" + strings.Repeat("abcdefgh-", 5) + "x", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := lang.Parse(c.in)
			if got != c.want {
				t.Errorf("Parse(%q) = %q, want %q", c.in, got, c.want)
			}
			if (err != nil) != (c.want == "") || err != nil && !errors.Is(err, lang.ErrTag) {
				t.Errorf("Parse(%q): error %v", c.in, err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"ru", "uz-Cyrl", "zh-Hans-CN-u-co-pinyin", "x-private", "i-klingon", "", "-", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tag, err := lang.Parse(s)
		if err != nil {
			return
		}
		again, err := lang.Parse(string(tag))
		if err != nil || again != tag {
			t.Errorf("Parse(%q) = %q, which parses as %q, %v", s, tag, again, err)
		}
		if d := tag.Dir(); d != "ltr" && d != "rtl" {
			t.Errorf("Dir of %q = %q", tag, d)
		}
	})
}

func TestScriptAndDir(t *testing.T) {
	for _, c := range []struct {
		tag         lang.Tag
		script, dir string
	}{
		{"zh", "Hans", "ltr"}, {"zh-TW", "Hant", "ltr"}, {"ru", "Cyrl", "ltr"}, {"en", "Latn", "ltr"},
		{"kk", "Cyrl", "ltr"}, {"kk-CN", "Arab", "rtl"}, {"ky", "Cyrl", "ltr"}, {"tg", "Cyrl", "ltr"},
		{"uz", "Latn", "ltr"}, {"uz-Cyrl", "Cyrl", "ltr"}, {"hi", "Deva", "ltr"}, {"ur", "Arab", "rtl"},
		{"fa", "Arab", "rtl"}, {"be", "Cyrl", "ltr"}, {"dv", "Thaa", "rtl"}, {"ps", "Arab", "rtl"},
		{"not a tag", "Zzzz", "ltr"},
	} {
		t.Run(string(c.tag), func(t *testing.T) {
			if got := c.tag.Script(); got != c.script {
				t.Errorf("Script = %q, want %q", got, c.script)
			}
			if got := c.tag.Dir(); got != c.dir {
				t.Errorf("Dir = %q, want %q", got, c.dir)
			}
		})
	}
}

func TestAutonym(t *testing.T) {
	seen := map[string]lang.Tag{}
	for _, tag := range append(append([]lang.Tag{}, lang.Content...), lang.Partner...) {
		name := lang.Autonym(tag)
		if name == string(tag) {
			t.Errorf("%s has no name of its own", tag)
		}
		if other, twice := seen[name]; twice {
			t.Errorf("%s and %s are both %q", tag, other, name)
		}
		seen[name] = tag
	}
	if got := lang.Autonym("zh-Hans-CN"); got != "中文" {
		t.Errorf("a tag with script and region is %q", got)
	}
	if got := lang.Autonym("sw"); got != "sw" {
		t.Errorf("a language without a name is %q", got)
	}
}

func TestNegotiate(t *testing.T) {
	for _, c := range []struct {
		name, accept, cookie string
		want                 lang.Tag
	}{
		{"nothing known", "", "", "en"},
		{"the browser's first wish", "ru-RU,ru;q=0.9,en;q=0.8", "", "ru"},
		{"weights decide, not order", "en;q=0.2, fa;q=0.9", "", "fa"},
		{"the cookie wins", "ru", "zh", "zh"},
		{"a cookie with a region", "ru", "zh-CN", "zh"},
		{"a cookie of a language the pages do not speak", "ru", "kk", "ru"},
		{"a cookie of rubbish", "fa", "\x00<script>", "fa"},
		{"Traditional Chinese gets the Chinese pages", "zh-TW", "", "zh"},
		{"a Kazakh reader gets Russian", "kk", "", "ru"},
		{"what is asked for beats what is near", "kk, en;q=0.5", "", "en"},
		{"a refused language is not served", "ru;q=0", "", "en"},
		{"an Urdu reader does not get Persian", "ur", "", "en"},
		{"a header that cannot be read", "=;;;", "", "en"},
		{"a header too long", "ru," + strings.Repeat("x", 2000), "", "en"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := lang.Negotiate(c.accept, c.cookie); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzNegotiate(f *testing.F) {
	f.Add("ru-RU,ru;q=0.9,en;q=0.8", "zh")
	f.Add("*", "")
	f.Fuzz(func(t *testing.T, accept, cookie string) {
		if got := lang.Negotiate(accept, cookie); !lang.IsInterface(got) {
			t.Errorf("Negotiate(%q, %q) = %q", accept, cookie, got)
		}
	})
}

func TestFallback(t *testing.T) {
	tags := func(s string) (out []lang.Tag) {
		for _, f := range strings.Fields(s) {
			out = append(out, lang.Tag(f))
		}
		return out
	}
	for _, c := range []struct {
		name, reader, available, source string
		want                            lang.Tag
	}{
		{"one's own language", "kk", "zh kk ru", "zh", "kk"},
		{"one's own in another script", "uz-Cyrl", "zh uz", "zh", "uz"},
		{"Russian for a Kyrgyz reader", "ky", "zh en ru", "zh", "ru"},
		{"Russian for a Tajik reader, not Persian", "tg", "fa ru", "fa", "ru"},
		{"Hindi is no help to an Urdu reader", "ur", "hi zh", "zh", "zh"},
		{"the source for a Chinese reader", "zh", "ru en", "ru", "ru"},
		{"English when the source is gone", "zh", "ru en", "be", "en"},
		{"anything rather than nothing", "zh", "mn", "be", "mn"},
		{"nothing at all", "zh", "", "zh", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := lang.Fallback(lang.Tag(c.reader), tags(c.available), lang.Tag(c.source))
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
