package lexicon_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"karvan/lexicon"
)

type labelled struct{ tag, text string }

func ourCheck(t testing.TB) []labelled {
	b, err := os.ReadFile("testdata/identify.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var all []labelled
	for line := range strings.Lines(string(b)) {
		tag, text, _ := strings.Cut(strings.TrimSpace(line), "\t")
		all = append(all, labelled{tag, text})
	}
	return all
}

// evalSentences reads the sentences that development is measured with.
func evalSentences(t testing.TB) []labelled {
	dir := os.Getenv("KARVAN_DATA")
	if dir == "" {
		dir = "../../shared/data"
	}
	f, err := os.Open(filepath.Join(dir, "eval/sentences/corpus.jsonl"))
	if err != nil {
		t.Skip("the sentences are absent; it is optional")
	}
	defer f.Close()
	var all []labelled
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var row struct{ Lang, Text string }
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		all = append(all, labelled{row.Lang, row.Text})
	}
	return all
}

// words gives the words of a text from a place, in Chinese characters.
func wordsOf(text, tag string, n int) string {
	if tag == "zh" {
		r := []rune(text)
		from := len(r) / 3
		return string(r[from:min(len(r), from+2*n)])
	}
	f := strings.Fields(text)
	from := min(len(f)/3, max(0, len(f)-n))
	return strings.Join(f[from:min(len(f), from+n)], " ")
}

type confusion map[[2]string]int

// accuracy identifies texts, n words of each (all when 0), in the letters given.
func accuracy(texts []labelled, n int) (map[string]float64, confusion) {
	right, all, wrong := map[string]int{}, map[string]int{}, confusion{}
	for _, l := range texts {
		text := l.text
		if n > 0 {
			text = wordsOf(text, l.tag, n)
		}
		got, _ := lexicon.Identify(text)
		all[l.tag]++
		if want := strings.TrimSuffix(l.tag, "-Cyrl"); got == want || got == "" && !slices.Contains(lexicon.CoreLanguages, want) {
			right[l.tag]++
		} else {
			wrong[[2]string{l.tag, got}]++
		}
	}
	share := map[string]float64{}
	for tag, n := range all {
		share[tag] = float64(right[tag]) / float64(n)
	}
	return share, wrong
}

func TestOurSentencesAreIdentified(t *testing.T) {
	for _, l := range ourCheck(t) {
		want := l.tag
		if !slices.Contains(lexicon.CoreLanguages, want) {
			want = ""
		}
		if got, sure := lexicon.Identify(l.text); got != want || sure < 0.5 {
			t.Errorf("%s is taken for %q (%.2f): %s", l.tag, got, sure, l.text)
		}
	}
}

func TestSentencesAreIdentified(t *testing.T) {
	texts := evalSentences(t)
	for _, l := range texts {
		if l.tag == "uz" {
			texts = append(texts, labelled{"uz-Cyrl", cyrillic(l.text)})
		}
	}
	for _, c := range []struct {
		name        string
		words       int
		least, each float64
	}{
		{"whole sentences", 0, 0.99, 0.98},
		{"five words", 5, 0.93, 0.9},
		{"two words", 2, 0.8, 0.6},
	} {
		t.Run(c.name, func(t *testing.T) {
			share, wrong := accuracy(texts, c.words)
			sum := 0.0
			for tag, s := range share {
				sum += s
				if s < c.each {
					t.Errorf("%s: %.3f", tag, s)
				}
			}
			if mean := sum / float64(len(share)); mean < c.least {
				t.Errorf("on average %.4f", mean)
			}
			t.Log(table(share, wrong))
		})
	}
}

func table(share map[string]float64, wrong confusion) string {
	var b strings.Builder
	var tags []string
	for tag := range share {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	for _, tag := range tags {
		fmt.Fprintf(&b, "\n%-8s %.3f ", tag, share[tag])
		for _, other := range append(slices.Clone(lexicon.CoreLanguages), "") {
			if n := wrong[[2]string{tag, other}]; n > 0 {
				fmt.Fprintf(&b, " %q:%d", other, n)
			}
		}
	}
	return b.String()
}

// cyrillic writes Uzbek in its Cyrillic letters.
func cyrillic(text string) string {
	return strings.NewReplacer("sh", "ш", "ch", "ч", "oʻ", "ў", "o‘", "ў", "o'", "ў", "o’", "ў", "gʻ", "ғ", "g‘", "ғ", "g'", "ғ", "g’", "ғ", "ya", "я", "yo", "ё", "yu", "ю", "ye", "е", " e", " э",
		"ʼ", "ъ", "'", "ъ", "’", "ъ", "a", "а", "b", "б", "d", "д", "e", "е", "f", "ф", "g", "г", "h", "ҳ", "i", "и", "j", "ж", "k", "к", "l", "л", "m", "м", "n", "н", "o", "о",
		"p", "п", "q", "қ", "r", "р", "s", "с", "t", "т", "u", "у", "v", "в", "x", "х", "y", "й", "z", "з").Replace(strings.ToLower(text))
}

func TestIdentify(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"numbers say nothing", "2024, 15 %", ""},
		{"Korean is no language of ours", "태양광 발전소를 건설할 협력자를 찾습니다", ""},
		{"Greek is not either", "Ψάχνουμε για έναν συνεργάτη", ""},
		{"Chinese with Latin names in it", "我们与 Siemens 合作开发 CO2 捕集技术", "zh"},
		{"Japanese is not Chinese", "太陽光発電の共同研究を探しています", ""},
		{"the letter of Belarusian and Uzbek alone", "ўрожай ва ҳосил", "uz"},
		{"broken bytes do no harm", "\xff\xfeМы ищем партнёра для опытов\xd0", "ru"},
		{"a text in capitals", "МЫ ИЩЕМ ПАРТНЁРА ДЛЯ СОВМЕСТНЫХ ИССЛЕДОВАНИЙ", "ru"},
		{"Persian typed on an Arabic keyboard", "ما براي همكاري علمي به دنبال شريك هستيم كه در اين زمينه كار مي‌كند", "fa"},
		{"Uzbek with a plain apostrophe", "O'zbekistonda suvni tejaydigan yangi texnologiya", "uz"},
		{"what most of a text is in counts", "Проект Horizon: опреснение воды мембранами в Приаралье", "ru"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, sure := lexicon.Identify(c.text); got != c.want {
				t.Errorf("%q (%.2f)", got, sure)
			}
		})
	}
}

func TestIdentifyAmongKeepsToItsLanguages(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
		tags             []string
	}{
		{"a word of both is of the one there is", "проект", "kk", []string{"en", "kk"}},
		{"another script is of none", "проект", "", []string{"en", "zh"}},
		{"no languages", "проект", "", nil},
		{"the only one of the script", "vaterland und sonne", "en", []string{"en", "ru"}},
		{"Chinese", "水", "zh", []string{"en", "zh"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, _ := lexicon.IdentifyAmong(c.text, c.tags); got != c.want {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestALongTextIsIdentifiedByItsParts(t *testing.T) {
	text := "A short foreword in English. " + strings.Repeat("Озмоишгоҳ омода аст, ки микроскопи худро ба ҳар мактаб диҳад. ", 50_000)
	if got, _ := lexicon.Identify(text); got != "tg" {
		t.Errorf("%q", got)
	}
}

func TestSpans(t *testing.T) {
	en, ru, fa := "We are looking for a partner in water research.", "Мы ищем партнёра для исследования воды.", "ما برای پژوهش دربارهٔ آب به دنبال شریک هستیم."
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"one language is one span", ru + " " + ru, []string{"ru"}},
		{"three languages in lines", en + "\n" + ru + "\n" + fa, []string{"en", "ru", "fa"}},
		{"sentences of one paragraph", ru + " " + en + " " + ru, []string{"ru", "en", "ru"}},
		{"a number belongs to what is before it", en + "\n2024.\n" + en, []string{"en"}},
		{"a number at the start belongs to what follows", "1.\n" + ru, []string{"ru"}},
		{"nothing", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			end := 0
			for _, s := range lexicon.Spans(c.text) {
				if s.Start != end {
					t.Errorf("gap before %d", s.Start)
				}
				end = s.End
				got = append(got, s.Tag)
			}
			if end != len(c.text) || !slices.Equal(got, c.want) {
				t.Errorf("%q up to %d of %d", got, end, len(c.text))
			}
		})
	}
}

func FuzzIdentify(f *testing.F) {
	for _, s := range []string{"", "Мы ищем", "水と\xff", "o'z. Вода? آب؟ \n\n1", "ﷺ İ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<12 {
			return
		}
		tag, sure := lexicon.Identify(text)
		if !(sure >= 0 && sure <= 1) || tag != "" && !slices.Contains(lexicon.CoreLanguages, tag) {
			t.Fatalf("%q %v", tag, sure)
		}
		end := 0
		for _, s := range lexicon.Spans(text) {
			if s.Start != end || s.End <= s.Start || utf8.ValidString(text) && !utf8.ValidString(text[s.Start:s.End]) {
				t.Fatalf("span %+v after %d", s, end)
			}
			end = s.End
		}
		if end != len(text) {
			t.Fatalf("spans end at %d of %d", end, len(text))
		}
	})
}

func BenchmarkIdentify(b *testing.B) {
	for _, l := range ourCheck(b)[:27] {
		text := strings.Repeat(l.text+" ", 5)[:200]
		b.Run(l.tag, func(b *testing.B) {
			lexicon.Identify(text)
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				lexicon.Identify(text)
			}
		})
	}
}
