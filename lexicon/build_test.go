package lexicon_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"karvan/lexicon"
)

func TestABuilderTakesOnlySoMuchOfAnEntry(t *testing.T) {
	many := lexicon.Entry{ID: "many"}
	for i := range 100_000 {
		many.Labels = append(many.Labels, lexicon.Label{Lang: []string{"ru", "kk", "fa"}[i%3], Text: fmt.Sprintf("слово%d", i)})
	}
	english := lexicon.Entry{ID: "english"}
	for i := range 1000 {
		english.Labels = append(english.Labels, lexicon.Label{Lang: "en", Text: fmt.Sprintf("word%d of%d things%d", i, i, i)})
	}
	for _, c := range []struct {
		name         string
		entry        lexicon.Entry
		labels, most int // labels that are taken, senses at most
	}{
		{"a hundred thousand labels", many, 96, 96 * 2 * 2},
		{"a thousand English labels", english, 96, 96 * 2 * 24},
		{"a label of a megabyte", entry("long", "en", strings.Repeat("long ", 1<<18)), 0, 0},
		{"a label of a megabyte beside a short one", entry("both", "en", "short", "ru", strings.Repeat("я", 1<<19)), 1, 4},
		{"a Chinese label of many characters", entry("zh", "zh", strings.Repeat("水", 11)), 0, 0},
		{"a label of seven words", entry("seven", "en", "a1 b2 c3 d4 e5 f6 g7"), 0, 0},
		{"a label of six words", entry("six", "en", "a1 b2 c3 d4 e5 f6"), 1, 4},
		{"a language that is not known", entry("xx", "xx", "слово"), 0, 0},
		{"no word at all", entry("none", "en", " … "), 0, 0},
		{"no labels", entry("bare"), 0, 0},
		{"broken bytes", entry("broken", "en", "\xff\xfe"), 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := lexicon.NewBuilder()
			add(t, b, lexicon.Source{ID: "t"}, c.entry)
			x := b.Build()
			if n := x.Sources()[0].Labels; n != c.labels {
				t.Errorf("%d labels were taken", n)
			}
			if n := x.Size().Senses; n > c.most {
				t.Errorf("%d senses", n)
			}
		})
	}
}

func TestOneSourceDoesNotHideAnother(t *testing.T) {
	b := lexicon.NewBuilder()
	add(t, b, lexicon.Source{ID: "a"}, entry("1", "en", "mercury", "ru", "ртуть"))
	add(t, b, lexicon.Source{ID: "b"}, entry("1", "en", "mercury", "ru", "Меркурий"))
	terms, _ := b.Build().Terms(nil, nil, "mercury", "en")
	if !slices.Contains(terms, "=a:1") || !slices.Contains(terms, "=b:1") {
		t.Errorf("%q", terms)
	}
}

func TestABroaderConceptIsFoundALittle(t *testing.T) {
	narrow := entry("wheat", "en", "wheat")
	narrow.Broader = []string{"cereal"}
	b := lexicon.NewBuilder()
	add(t, b, lexicon.Source{ID: "t"}, narrow, entry("cereal", "en", "cereal"))
	terms, weights := b.Build().Terms(nil, nil, "wheat", "en")
	i, j := slices.Index(terms, "=t:wheat"), slices.Index(terms, "=t:cereal")
	if i < 0 || j < 0 || weights[j] >= weights[i] {
		t.Errorf("%q %v", terms, weights)
	}
}

func TestBracketsAndArticlesAreNoPartOfALabel(t *testing.T) {
	for _, c := range []struct{ name, lang, label, text string }{
		{"what stands in brackets", "en", "mercury (element)", "mercury"},
		{"an article", "en", "the soil", "soil"},
		{"the mark of a verb", "en", "to irrigate", "irrigate"},
		{"Chinese brackets", "zh", "汞（元素）", "汞"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := lexicon.NewBuilder()
			add(t, b, lexicon.Source{ID: "t"}, entry("1", c.lang, c.label))
			if terms, _ := b.Build().Terms(nil, nil, c.text, c.lang); !slices.Contains(terms, "=t:1") {
				t.Errorf("%q", terms)
			}
		})
	}
}

func TestVocabulariesMeetInConcepts(t *testing.T) {
	b := lexicon.NewBuilder()
	concept := func(id string, labels ...string) lexicon.Entry {
		e := lexicon.Entry{ID: id}
		for i := 0; i < len(labels); i += 2 {
			e.Labels = append(e.Labels, lexicon.Label{Lang: labels[i], Text: labels[i+1]})
		}
		return e
	}
	for _, s := range []struct {
		id      string
		entries []lexicon.Entry
	}{
		{"first", []lexicon.Entry{concept("shore", "en", "bank", "ru", "берег"), concept("money", "en", "bank", "ru", "банк")}},
		{"second", []lexicon.Entry{concept("1", "en", "bank", "ru", "банк", "kk", "банкі"), concept("2", "en", "bank", "hi", "झुकाव")}},
	} {
		if err := b.Add(lexicon.Source{ID: s.id}, s.entries); err != nil {
			t.Fatal(err)
		}
	}
	x := b.Build()
	terms := func(lang, text string) []string { all, _ := x.Terms(nil, nil, text, lang); return all }
	if got := terms("kk", "банкі"); !slices.Contains(got, "=first:money") || slices.Contains(got, "=second:1") || slices.Contains(got, "=first:shore") {
		t.Errorf("two labels alike do not make one concept: %q", got)
	}
	if got := terms("hi", "झुकाव"); !slices.Contains(got, "=second:2") || slices.Contains(got, "=first:shore") || slices.Contains(got, "=first:money") {
		t.Errorf("one label alike makes one concept: %q", got)
	}
	if c, ok := x.Concept("=second:1"); !ok || c.Name("kk") != "банкі" {
		t.Errorf("the concept that was merged has no name: %+v", c)
	}
}
