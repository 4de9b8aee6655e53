package lexicon_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"karvan/lexicon"
)

// entry makes an entry of pairs of language and label.
func entry(id string, labels ...string) lexicon.Entry {
	e := lexicon.Entry{ID: id}
	for i := 0; i < len(labels); i += 2 {
		e.Labels = append(e.Labels, lexicon.Label{Lang: labels[i], Text: labels[i+1]})
	}
	return e
}

func add(t testing.TB, b *lexicon.Builder, s lexicon.Source, entries ...lexicon.Entry) {
	t.Helper()
	if err := b.Add(s, entries); err != nil {
		t.Fatal(err)
	}
}

func small(t testing.TB) *lexicon.Lexicon {
	b := lexicon.NewBuilder()
	add(t, b, lexicon.Source{ID: "t"},
		entry("water", "en", "water", "ru", "вода", "zh", "水", "kk", "су"),
		entry("drip-irrigation", "en", "drip irrigation", "ru", "капельное орошение", "zh", "滴灌"),
		entry("irrigation", "en", "irrigation", "ru", "орошение", "zh", "灌溉"),
		entry("drip-irrigation-system", "en", "drip irrigation system", "zh", "滴灌系统"),
		entry("system", "en", "system", "zh", "系统"),
		entry("wheat", "mul", "Triticum aestivum", "en", "wheat", "ru", "пшеница"),
		entry("carbon-dioxide", "mul", "CO2", "en", "carbon dioxide"))
	return b.Build()
}

// marksOf writes marks as the text and the concept of each.
func marksOf(x *lexicon.Lexicon, text, tag string) string {
	var all []string
	for _, m := range x.Annotate(text, tag) {
		if !m.Known {
			continue
		}
		concept := "?"
		for _, f := range m.Terms {
			if id, ok := strings.CutPrefix(f.Term, "=t:"); ok {
				concept = id
				break
			}
		}
		all = append(all, text[m.Start:m.End]+" = "+concept)
	}
	return strings.Join(all, "; ")
}

func TestAnnotate(t *testing.T) {
	x := small(t)
	for _, c := range []struct{ name, tag, text, want string }{
		{"the longest label counts, and its words beside it", "en", "A drip irrigation system!",
			"drip irrigation system = drip-irrigation-system; irrigation = irrigation; system = system"},
		{"a shorter label where the longest ends early", "en", "drip irrigation of wheat",
			"drip irrigation = drip-irrigation; irrigation = irrigation; wheat = wheat"},
		{"forms of the words of a phrase", "ru", "о капельном орошении пшеницы",
			"капельном орошении = drip-irrigation; орошении = irrigation; пшеницы = wheat"},
		{"Chinese is cut into the longest labels", "zh", "滴灌系统和灌溉用水", "滴灌系统 = drip-irrigation-system; 灌溉 = irrigation; 水 = water"},
		{"a Latin name in Russian text", "ru", "сорта Triticum aestivum и пшеница", "Triticum aestivum = wheat; пшеница = wheat"},
		{"a Latin name in Chinese text", "zh", "小麦（Triticum aestivum）", "Triticum aestivum = wheat"},
		{"a Latin name in Persian text", "fa", "گندم Triticum aestivum", "Triticum aestivum = wheat"},
		{"a formula in Kazakh text", "kk", "ауадағы CO2 және су", "CO2 = carbon-dioxide; су = water"},
		{"nothing known", "en", "entirely other words", ""},
		{"nothing", "en", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := marksOf(x, c.text, c.tag); got != c.want {
				t.Errorf("%s", got)
			}
		})
	}
}

func TestAWordOfAPhraseWeighsLessThanThePhrase(t *testing.T) {
	terms, weights := small(t).Terms(nil, nil, "drip irrigation", "en")
	at := func(term string) float32 {
		i := slices.Index(terms, term)
		if i < 0 {
			t.Fatalf("%s is not among %q", term, terms)
		}
		return weights[i]
	}
	if phrase, word := at("=t:drip-irrigation"), at("=t:irrigation"); word >= phrase {
		t.Errorf("phrase %v, word %v", phrase, word)
	}
}

func TestALabelWithoutEnglishIsReachedThroughTheHub(t *testing.T) {
	b := lexicon.NewBuilder()
	add(t, b, lexicon.Source{ID: "a", Pairs: true}, entry("1", "kk", "тұщыландыру", "ru", "опреснение"))
	add(t, b, lexicon.Source{ID: "b", Pairs: true}, entry("1", "ru", "опреснение", "en", "desalination"))
	add(t, b, lexicon.Source{ID: "c", Pairs: true}, entry("1", "ky", "тузсуздандыруу", "kk", "тұщыландыру"))
	x := b.Build()
	for _, c := range []struct{ name, tag, word string }{
		{"Russian has it", "ru", "опреснение"}, {"Kazakh by way of Russian", "kk", "тұщыландыру"}, {"Kyrgyz by way of Kazakh and Russian", "ky", "тузсуздандыруу"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if terms, _ := x.Terms(nil, nil, c.word, c.tag); !slices.Contains(terms, "desalin") {
				t.Errorf("%q", terms)
			}
		})
	}
}

// corpus is a text of each language, and some that are hard.
var corpus = []struct{ tag, text string }{
	{"en", "Drip irrigation saves water: 20–30 t/ha of wheat (Triticum aestivum) with CO₂ at −5 °C."},
	{"ru", "Ёмкость аккумуляторов 5–10 кВт·ч, урожайность 20 т/га; институты Самарканда"},
	{"zh", "太阳能电池和滴灌系统，产量20吨/公顷；水，Triticum aestivum"},
	{"fa", "آبیاری قطره‌ای ۲۰ تن در هکتار و تصفیهٔ آب"},
	{"hi", "ड्रिप सिंचाई से २० टन प्रति हेक्टेयर गेहूँ ज़मीन"},
	{"ur", "پانی کی صفائی 20 ٹن فی ہیکٹر"},
	{"uz", "O'zbekiston suvni tejaydi: 5 kVt quyosh panellari, ўсимликлар"},
	{"kk", "Өсімдіктер мен қазақстандық зауыттар"}, {"ky", "Суу жана өсүмдүктөр"}, {"tg", "Энергияи офтобӣ ва об"}, {"be", "Вада і сонечная энергія, надвор'е"},
	{"", "\xff\xfe 12:30 ab\x00c — 水a水 ﷺ ß İ e\u0301 o´z `x`"},
}

// checkTerms states what holds for the terms of any text.
func checkTerms(t *testing.T, x *lexicon.Lexicon, text, tag string) {
	t.Helper()
	terms, weights := x.Terms(nil, nil, text, tag)
	if len(terms) != len(weights) {
		t.Fatalf("%d terms, %d weights", len(terms), len(weights))
	}
	for i, s := range terms {
		if s == "" || !utf8.ValidString(s) || !(weights[i] > 0) || weights[i] > 1 {
			t.Fatalf("term %q of weight %v in %q (%s)", s, weights[i], text, tag)
		}
	}
	at := 0
	for _, tok := range x.Tokens(text, tag) {
		if tok.Start < at || tok.End <= tok.Start || tok.End > len(text) || tok.Term == "" || !utf8.ValidString(tok.Term) {
			t.Fatalf("token %+v after %d in %q (%s)", tok, at, text, tag)
		}
		at = tok.Start
	}
	for _, m := range x.Annotate(text, tag) {
		if m.Start < 0 || m.End <= m.Start || m.End > len(text) {
			t.Fatalf("mark %+v in %q (%s)", m, text, tag)
		}
	}
}

func TestTermsOfEveryLanguageAreSound(t *testing.T) {
	x := lexicon.CoreLexicon()
	for _, c := range corpus {
		for _, tag := range append([]string{""}, lexicon.CoreLanguages...) {
			checkTerms(t, x, c.text, tag)
		}
	}
}

func TestTokensHoldEveryTerm(t *testing.T) {
	x := lexicon.CoreLexicon()
	for _, c := range corpus {
		have := map[string]bool{}
		for _, tok := range x.Tokens(c.text, c.tag) {
			have[tok.Term] = true
		}
		terms, _ := x.Terms(nil, nil, c.text, c.tag)
		for _, s := range terms {
			if !have[s] {
				t.Errorf("%s: %q has no place", c.tag, s)
			}
		}
	}
}

func TestTermsAreBoundedByTheText(t *testing.T) {
	x := lexicon.CoreLexicon()
	for _, c := range []struct{ name, tag, text string }{
		{"one word ten thousand times", "en", strings.Repeat("irrigation ", 10_000)},
		{"a Chinese label ten thousand times", "zh", strings.Repeat("太阳能", 10_000)},
		{"a megabyte of Russian", "ru", strings.Repeat("Опреснение морской воды мембранами требует меньше энергии. ", 1<<20/110)},
		{"a megabyte without a space", "en", strings.Repeat("x", 1<<20)},
		{"a megabyte of one Chinese character", "zh", strings.Repeat("水", 1<<20/3)},
		{"a megabyte of numbers and signs", "fa", strings.Repeat("۱۲-۳۴ °C ± ", 1<<20/20)},
	} {
		t.Run(c.name, func(t *testing.T) {
			terms, _ := x.Terms(nil, nil, c.text, c.tag)
			if len(terms) > 5*len(c.text) {
				t.Errorf("%d terms of %d bytes", len(terms), len(c.text))
			}
			for _, s := range terms {
				if len(s) > 400 {
					t.Fatalf("a term of %d bytes", len(s))
				}
			}
		})
	}
}

func FuzzTerms(f *testing.F) {
	for _, c := range corpus {
		f.Add(c.text, c.tag)
	}
	x := small(f)
	f.Fuzz(func(t *testing.T, text, tag string) {
		if len(text) <= 1<<12 {
			checkTerms(t, x, text, tag)
		}
	})
}

func BenchmarkTerms(b *testing.B) {
	x := lexicon.CoreLexicon()
	for _, c := range corpus[:len(corpus)-1] {
		text := longText(c.text, c.tag)
		b.Run(c.tag, func(b *testing.B) {
			b.ReportAllocs()
			var terms []string
			var weights []float32
			for b.Loop() {
				terms, weights = x.Terms(terms[:0], weights[:0], text, c.tag)
			}
			b.ReportMetric(float64(len(terms)), "terms")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "texts/s")
		})
	}
}

// longText repeats a text up to a hundred words, a few of them numbered so that not
// every word is remembered.
func longText(text, tag string) string {
	if tag == "zh" {
		return strings.Repeat(text, 6)
	}
	var b strings.Builder
	for n, i := 0, 0; n < 100; i++ {
		for _, w := range strings.Fields(text) {
			b.WriteString(w + " ")
			n++
		}
		fmt.Fprintf(&b, "x%d ", i)
		n++
	}
	return b.String()
}

func TestRussianNounsAreFoundInEveryCase(t *testing.T) {
	x := lexicon.CoreLexicon()
	for _, c := range []struct{ concept, forms string }{
		{"=karvan:cotton", "хлопок хлопка хлопком хлопке"},
		{"=karvan:experiment", "опыт опыта опытом эксперимента"},
		{"=karvan:credit", "кредит кредита кредитом кредиты"},
	} {
		for _, form := range strings.Fields(c.forms) {
			if terms, _ := x.Terms(nil, nil, form, "ru"); !slices.Contains(terms, c.concept) {
				t.Errorf("%s does not find %s: %q", form, c.concept, terms)
			}
		}
	}
}
