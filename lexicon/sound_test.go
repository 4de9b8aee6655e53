package lexicon_test

import (
	"slices"
	"strings"
	"testing"

	"karvan/lexicon"
)

// soundsOf gives the terms by sound of a text in a lexicon that knows no word.
func soundsOf(text, tag string) []string {
	terms, _ := lexicon.NewBuilder().Build().Terms(nil, nil, text, tag)
	var sounds []string
	for _, t := range terms {
		if strings.HasPrefix(t, "~") {
			sounds = append(sounds, t)
		}
	}
	return sounds
}

func TestNamesMeetAcrossScripts(t *testing.T) {
	for _, c := range []struct {
		name  string
		words map[string]string // by language
	}{
		{"Samarkand", map[string]string{"en": "Samarkand", "ru": "Самарканд", "uz": "Samarqand", "kk": "Самарқанд", "tg": "Самарқанд", "fa": "سمرقند", "ur": "سمرقند", "hi": "समरकंद"}},
		{"Tashkent", map[string]string{"en": "Tashkent", "ru": "Ташкент", "uz": "Toshkent", "ky": "Ташкент", "be": "Ташкент", "hi": "ताशकंद", "ur": "تاشکند"}},
		{"Bishkek", map[string]string{"en": "Bishkek", "ru": "Бишкек", "be": "Бішкек", "fa": "بیشکک", "ur": "بشکیک", "hi": "बिश्केक"}},
		{"Dushanbe", map[string]string{"en": "Dushanbe", "ru": "Душанбе", "tg": "Душанбе", "fa": "دوشنبه", "hi": "दुशान्बे"}},
		{"Mendeleev", map[string]string{"en": "Mendeleev", "ru": "Менделеев", "uz": "Mendeleyev", "be": "Мендзялееў", "hi": "मेंदेलीव"}},
		{"Stanford", map[string]string{"en": "Stanford", "ru": "Стэнфорд", "kk": "Стэнфорд", "fa": "استنفورد", "hi": "स्टैनफ़ोर्ड"}},
		{"Termez", map[string]string{"en": "Termez", "ru": "Термез", "uz": "Termiz", "fa": "ترمذ"}},
		{"laser", map[string]string{"en": "laser", "ru": "лазер", "kk": "лазер", "uz": "lazer", "fa": "لیزر", "ur": "لیزر"}},
		{"polymer", map[string]string{"en": "polymer", "ru": "полимер", "be": "палімер", "uz": "polimer", "tg": "полимер", "fa": "پلیمر", "hi": "पॉलिमर"}},
		{"turbine", map[string]string{"en": "turbine", "ru": "турбина", "ky": "турбина", "fa": "توربین", "hi": "टरबाइन"}},
		{"reactor", map[string]string{"en": "reactor", "ru": "реактор", "be": "рэактар", "uz": "reaktor", "fa": "رآکتور", "hi": "रिएक्टर"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := soundsOf(c.words["en"], "en")
			if len(want) == 0 {
				t.Fatalf("%s has no sound", c.name)
			}
			missed := 0
			for tag, w := range c.words {
				if got := soundsOf(w, tag); !slices.ContainsFunc(got, func(s string) bool { return slices.Contains(want, s) }) {
					missed++
					t.Logf("%s (%s) sounds %q, not %q", w, tag, got, want)
				}
			}
			if missed > 0 {
				t.Errorf("%d of %d do not meet", missed, len(c.words))
			}
		})
	}
}

func TestTwoConsonantsAreTooLittleToFindANameBy(t *testing.T) {
	for _, name := range []string{"Obama", "Oman"} {
		if got := soundsOf(name, "en"); got != nil {
			t.Errorf("%s sounds %q", name, got)
		}
	}
}

func TestWordsThatSoundOtherwiseStayApart(t *testing.T) {
	for _, pair := range [][2]string{
		{"Samarkand", "Samara"}, {"Tashkent", "Taraz"}, {"Dushanbe", "Duma"}, {"reactor", "doctor"}, {"Bishkek", "Bukhara"}, {"polymer", "plumber"},
	} {
		if a, b := soundsOf(pair[0], "en"), soundsOf(pair[1], "en"); slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) }) {
			t.Errorf("%s and %s both sound %q", pair[0], pair[1], a)
		}
	}
}

func TestAnUnknownWordIsTakenForOneOfARelatedLanguageThatSoundsAlike(t *testing.T) {
	b := lexicon.NewBuilder()
	add(t, b, lexicon.Source{ID: "t"},
		entry("hydrogen", "en", "hydrogen", "ru", "водород"), entry("desalination", "en", "desalination", "ru", "опреснение"),
		entry("laboratory", "en", "laboratory", "ru", "лаборатория"), entry("institute", "en", "institute", "ru", "институт"))
	x := b.Build()
	for _, c := range []struct{ name, tag, word, want string }{
		{"Belarusian from Russian", "be", "вадарод", "=t:hydrogen"},
		{"Belarusian, with an ending", "be", "лабараторыямі", "=t:laboratory"},
		{"Uzbek from Russian in Latin letters", "uz", "laboratoriya", "=t:laboratory"},
		{"Kyrgyz from Russian, with an ending", "ky", "институтунда", "=t:institute"},
		{"Tajik from Russian, with an ending", "tg", "лабораторияҳои", "=t:laboratory"},
		{"a word that no one has", "be", "гарбуз", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			terms, weights := x.Terms(nil, nil, c.word, c.tag)
			i := slices.Index(terms, c.want)
			if c.want == "" {
				if slices.ContainsFunc(terms, func(s string) bool { return s[0] == '=' }) {
					t.Errorf("terms %q", terms)
				}
			} else if i < 0 || weights[i] <= 0 || weights[i] >= 1 {
				t.Errorf("terms %q %v", terms, weights)
			}
		})
	}
}
