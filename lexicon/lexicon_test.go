package lexicon_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
	"github.com/google/go-cmp/cmp"

	"karvan/lexicon"
)

func terms(tokens []lexicon.Token) []string {
	var out []string
	for _, t := range tokens {
		out = append(out, t.Term)
	}
	return out
}

func TestAnalyse(t *testing.T) {
	for _, c := range []struct{ name, tag, text, want string }{
		{"English is stemmed and loses stop words", "en", "The membranes were Running in batteries", "membran run batteri"},
		{"a region does not hide the language", "en-GB", "Running", "run"},
		{"Russian is stemmed and yo is ye", "ru", "Ёлки и мембраны для опреснения", "елк мембра опреснен"},
		{"an unknown language is only normalised", "", "The Running Ёлки", "the running елки"},
		{"Latin words in Russian text keep their form", "ru", "catalysts", "catalysts"},
		{"marks inside numbers and words keep them whole", "", "3.14 1,000 CO2 e.g. example.org", "3.14 1,000 co2 e.g example.org"},
		{"quotes are no part of a word", "", "'word' «слово»", "word слово"},
		{"Chinese gives overlapping pairs", "zh", "太阳能电池", "太阳 阳能 能电 电池"},
		{"a Chinese character alone is kept", "zh", "水, a 膜", "水 a 膜"},
		{"Chinese beside Latin", "zh", "CO2捕集技术", "co2 捕集 集技 技术"},
		{"full width is narrow", "zh", "ＣＯ２", "co2"},
		{"Persian and Arabic yeh and kaf agree", "fa", "كيمياي", "کیم"},
		{"zero-width non-joiner is left out", "fa", "می‌شود", "شود"},
		{"tatweel and vowel signs are left out", "ar", "عَـــرَبِيّ", "عربی"},
		{"Persian digits are digits", "fa", "۱۴۰۳", "1403"},
		{"Urdu heh", "ur", "ہوا", "هو"},
		{"nukta is left out, composed or not", "hi", "ज़मीन ज़मीन", "जमीन जमीन"},
		{"Hindi stop words go", "hi", "जल और ऊर्जा", "जल ऊर्ज"},
		{"Uzbek apostrophes agree", "uz", "oʻzbek o‘zbek o’zbek o'zbek o`zbek o´zbek", "o'zbek o'zbek o'zbek o'zbek o'zbek o'zbek"},
		{"Kazakh", "kk", "Қазақ және ғылым", "қазақ ғыл"},
		{"Kyrgyz", "ky", "Суу жана энергия", "суу энергия"},
		{"Tajik", "tg", "Об ва энергияи офтобӣ", "об энергия офтоб"},
		{"Belarusian", "be", "Вада і ёд", "вад ед"},
		{"nothing but punctuation", "en", " … — !?_ ", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := strings.Join(terms(lexicon.Analyse(c.text, c.tag)), " ")
			if got != c.want {
				t.Errorf("Analyse(%q, %q) gives %q, want %q", c.text, c.tag, got, c.want)
			}
		})
	}
}

func TestTokensPointIntoTheText(t *testing.T) {
	text := "Ёлки, 太阳能 and o´zbek"
	var got []string
	for _, tok := range lexicon.Analyse(text, "") {
		got = append(got, text[tok.Start:tok.End])
	}
	if d := cmp.Diff([]string{"Ёлки", "太阳", "阳能", "and", "o´zbek"}, got); d != "" {
		t.Error(d)
	}
}

// ask gives the alternatives of each word of a query.
func ask(q, tag string) [][]string {
	var groups [][]string
	for _, g := range lexicon.CoreLexicon().Query(q, tag) {
		var alternatives []string
		for _, f := range g.Terms {
			alternatives = append(alternatives, f.Term)
		}
		groups = append(groups, alternatives)
	}
	return groups
}

func TestQuery(t *testing.T) {
	for _, c := range []struct {
		name, tag, q string
		want         [][]string // some of the alternatives of each group
	}{
		{"a Latin word has its English stem beside it", "", "Batteries", [][]string{{"batteries", "batteri"}}},
		{"a Cyrillic word has its Russian stem", "kk", "мембраны", [][]string{{"мембраны", "мембра"}}},
		{"a word stands for its concept", "en", "wheat", [][]string{{"wheat", "=karvan:wheat"}}},
		{"a word of one language finds those of others", "ru", "пшеница", [][]string{{"пшениц", "wheat", "=karvan:wheat"}}},
		{"in any language on a page in any other", "fa", "小麦", [][]string{{"小麦", "wheat", "=karvan:wheat"}}},
		{"Chinese is cut into labels, and pairs between them", "zh", "小麦阳能", [][]string{{"小麦"}, {"阳能"}}},
		{"each word of a phrase finds what the phrase stands for", "en", "drip irrigation", [][]string{{"drip", "=karvan:drip-irrigation"}, {"irrig", "=karvan:drip-irrigation"}}},
		{"stop words go", "en", "water for the people", [][]string{{"water"}, {"people", "peopl"}}},
		{"stop words go where the language is unknown", "", "вода для людей", [][]string{{"вод", "water"}, {"людей", "люд"}}},
		{"stop words alone stay", "en", "to be", [][]string{{"to"}, {"be"}}},
		{"a word twice counts once", "", "вода Вода", [][]string{{"вод"}}},
		{"nothing asked", "en", " ?! ", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ask(c.q, c.tag)
			if len(got) != len(c.want) {
				t.Fatalf("groups %q", got)
			}
			for i, want := range c.want {
				for _, term := range want {
					if !slices.Contains(got[i], term) {
						t.Errorf("group %d of %q lacks %q: %q", i, c.q, term, got[i])
					}
				}
			}
		})
	}
}

func TestQueriesMeetDocumentsInTheirLanguage(t *testing.T) {
	for _, c := range []struct{ name, tag, text string }{
		{"English", "en", "Desalination membranes, running costs and catalysts' lifetimes"},
		{"Russian", "ru", "Ёмкость аккумуляторов и опреснение морской воды catalysts"},
		{"Uzbek", "uz", "Oʻzbekiston va qoʻshma tadqiqotlar"},
		{"Urdu", "ur", "پانی کی صفائی ٹیکنالوجی"},
		{"Hindi", "hi", "सौर ऊर्जा और ज़मीन"},
		{"Chinese", "zh", "太阳能电池 膜"},
		{"unknown", "", "Running мембраны"},
	} {
		t.Run(c.name, func(t *testing.T) {
			have, _ := lexicon.CoreLexicon().Terms(nil, nil, c.text, c.tag)
			for _, tag := range []string{"", "en", "ru", c.tag} {
				for _, g := range ask(c.text, tag) {
					if !slices.ContainsFunc(g, func(s string) bool { return slices.Contains(have, s) }) {
						t.Errorf("asked in %q, group %q meets none of %q", tag, g, have)
					}
				}
			}
		})
	}
}

func TestQueryIsBounded(t *testing.T) {
	var b strings.Builder
	for i := range 1000 {
		b.WriteString(strings.Repeat("x", i%50+1) + string(rune('a'+i%26)) + " ")
	}
	if n := len(ask(b.String(), "en")); n != 32 {
		t.Errorf("%d groups", n)
	}
	long := strings.Repeat("ы", 100_000)
	got := lexicon.Analyse(long, "ru")
	if len(got) != 1 || len(got[0].Term) > 64 {
		t.Errorf("a word of 100,000 letters gives %d tokens", len(got))
	}
	if g := ask(long, ""); len(g) != 1 || !slices.Contains(g[0], got[0].Term) {
		t.Error("the query does not cut a long word as the document does")
	}
}

// check states what holds for any text.
func check(t *testing.T, text, tag string) {
	at, end := -1, 0
	for _, tok := range lexicon.Analyse(text, tag) {
		if tok.Start < at || tok.Start == at && tok.End <= end || tok.End <= tok.Start || tok.End > len(text) {
			t.Fatalf("token %+v after %d in %q", tok, at, text)
		}
		if tok.Term == "" || len(tok.Term) > 64 || !utf8.ValidString(tok.Term) {
			t.Fatalf("term %q in %q", tok.Term, text)
		}
		at, end = tok.Start, tok.End
	}
	groups := ask(text, tag)
	if len(groups) > 32 {
		t.Fatalf("%d groups of %q", len(groups), text)
	}
	for _, g := range groups {
		for _, s := range g {
			if s == "" || len(s) > 400 || !utf8.ValidString(s) {
				t.Fatalf("term %q asked for %q", s, text)
			}
		}
	}
	n := lexicon.Normalise(text)
	if !utf8.ValidString(n) {
		t.Fatalf("Normalise(%q) is %q", text, n)
	}
}

// sameWords compares the fast way for ASCII with the Unicode rules.
func sameWords(t *testing.T, text string) {
	var want []string
	for it := words.FromString(strings.ReplaceAll(text, "`", "'")); it.Next(); {
		if n := lexicon.Normalise(it.Value()); strings.ContainsAny(n, "abcdefghijklmnopqrstuvwxyz0123456789") {
			want = append(want, n[:min(len(n), 64)])
		}
	}
	if d := cmp.Diff(want, terms(lexicon.Analyse(text, ""))); d != "" {
		t.Fatalf("words of %q (-Unicode +ours):\n%s", text, d)
	}
}

func FuzzAnalyse(f *testing.F) {
	for _, s := range []string{
		"The membranes", "Ёлки и", "太阳能电池 水", "می‌شود", "ज़मीन", "o`zbek o´zbek", "a.b:c'd_e 1,2;3.4 1.a a,b", "\xff\xfe", "ﷺ ß İ", "12:30 x:y",
	} {
		for _, tag := range []string{"", "en", "ru", "zh"} {
			f.Add(s, tag)
		}
	}
	f.Fuzz(func(t *testing.T, text, tag string) {
		if len(text) > 1<<12 {
			return
		}
		check(t, text, tag)
		if !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) && utf8.ValidString(text) && len(text) < 250 {
			sameWords(t, text)
		}
	})
}

func BenchmarkAnalyse(b *testing.B) {
	for _, c := range []struct{ name, tag, text string }{
		{"English", "en", "Desalination of sea water by membranes needs less energy when pressure is recovered and fouling is kept low over many months "},
		{"Russian", "ru", "Опреснение морской воды мембранами требует меньше энергии когда давление возвращается и загрязнение остаётся низким в течение месяцев "},
		{"Chinese", "zh", "膜法海水淡化技术在压力回收和低污染条件下能耗更低可以长期稳定运行适用于沿海城市和海岛供水工程 "},
		{"Urdu", "ur", "جھلیوں کے ذریعے سمندری پانی کو میٹھا بنانے میں کم توانائی درکار ہوتی ہے جب دباؤ بحال کیا جائے "},
	} {
		text := strings.Repeat(c.text, 100/max(1, len(strings.Fields(c.text))))
		if c.tag == "zh" {
			text = strings.Repeat(c.text, 3)
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			n := 0
			for b.Loop() {
				n = len(lexicon.Analyse(text, c.tag))
			}
			b.ReportMetric(float64(n), "tokens")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
