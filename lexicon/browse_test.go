package lexicon_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"karvan/lexicon"
)

func ids(entries []*lexicon.Entry) []string {
	var all []string
	for _, e := range entries {
		all = append(all, e.ID)
	}
	return all
}

func TestFindLooksThroughTheLabelsOfEveryLanguage(t *testing.T) {
	x := lexicon.CoreLexicon()
	for _, c := range []struct {
		name, typed, tag, first string
		likeness                lexicon.Likeness
	}{
		{"the very label", "drip irrigation", "en", "drip-irrigation", lexicon.Same},
		{"in capitals and with blanks", "  Drip   IRRIGATION ", "en", "drip-irrigation", lexicon.Same},
		{"in Russian on an English page", "капельное орошение", "en", "drip-irrigation", lexicon.Same},
		{"in Chinese", "滴灌", "en", "drip-irrigation", lexicon.Same},
		{"in Persian with letters of an Arabic keyboard", "آبياري قطره‌اي", "fa", "drip-irrigation", lexicon.Same},
		{"the beginning of a label", "drip irr", "en", "drip-irrigation", lexicon.Begins},
		{"an inflected form", "капельного орошения", "ru", "drip-irrigation", lexicon.Meant},
		{"a slip of the pen", "hydropnics", "en", "hydroponics", lexicon.Similar},
		{"two letters in the wrong order", "hydropoincs", "en", "hydroponics", lexicon.Similar},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := x.Find(c.typed, c.tag, 5)
			if len(found) == 0 || found[0].Entry.ID != c.first || found[0].Likeness != c.likeness {
				t.Fatalf("%+v", found)
			}
			if !slices.Contains(found[0].Entry.Labels, found[0].Label) {
				t.Errorf("%+v is no label of %s", found[0].Label, found[0].Entry.ID)
			}
		})
	}
}

func TestFindPutsTheNearestFirstAndEachConceptOnce(t *testing.T) {
	found := lexicon.CoreLexicon().Find("irrigation", "en", 40)
	seen := map[string]bool{}
	last := lexicon.Same
	within := false
	for _, f := range found {
		if seen[f.Entry.ID] {
			t.Errorf("%s is there twice", f.Entry.ID)
		}
		seen[f.Entry.ID] = true
		if f.Likeness < last {
			t.Errorf("%s, %d, stands after one of %d", f.Entry.ID, f.Likeness, last)
		}
		last = f.Likeness
		within = within || f.Likeness == lexicon.Within
	}
	if !within || !seen["drip-irrigation"] {
		t.Errorf("no label has the word within: %v", seen)
	}
	if got := len(lexicon.CoreLexicon().Find("irrigation", "en", 3)); got != 3 {
		t.Errorf("%d of 3 asked for", got)
	}
}

func TestFindFindsNothingWhereThereIsNothing(t *testing.T) {
	for _, typed := range []string{"", "  ", "\x00", "…", "qqqqqq", strings.Repeat("z", 100_000), "zeppelin mooring masts"} {
		if found := lexicon.CoreLexicon().Find(typed, "en", 5); len(found) != 0 {
			t.Errorf("%.20q finds %s", typed, found[0].Entry.ID)
		}
	}
	if found := lexicon.CoreLexicon().Find("water", "en", 0); found != nil {
		t.Error("more than asked for")
	}
}

func TestFieldsHoldTheirConcepts(t *testing.T) {
	all, sizes := lexicon.ByField(""), lexicon.FieldSizes()
	sum := 0
	for _, code := range []string{"1", "2", "3", "4", "5", "6", lexicon.NoField} {
		in := lexicon.ByField(code)
		if len(in) == 0 || len(in) != sizes[code] {
			t.Errorf("%s: %d concepts, %d counted", code, len(in), sizes[code])
		}
		sum += len(in)
	}
	if sum != len(all) {
		t.Errorf("fields hold %d of %d concepts", sum, len(all))
	}
	for _, e := range lexicon.ByField("2.1") {
		if e.Field != "2.1" {
			t.Errorf("%s of %s stands in 2.1", e.ID, e.Field)
		}
	}
	if len(lexicon.ByField("2.99")) != 0 {
		t.Error("a field that is none has concepts")
	}
	for i, e := range all {
		if lexicon.Place(e.ID) != i+1 {
			t.Fatalf("%s stands at %d, not %d", e.ID, lexicon.Place(e.ID), i+1)
		}
	}
}

func TestConceptsLeadToBroaderAndNarrowerOnes(t *testing.T) {
	e, ok := lexicon.ByID("drip-irrigation")
	if !ok {
		t.Fatal("no drip irrigation")
	}
	for _, id := range e.Broader {
		if !slices.Contains(ids(lexicon.Narrower(id)), e.ID) {
			t.Errorf("%s is not narrower than %s", e.ID, id)
		}
	}
	if got := e.Preferred("zh"); got.Lang != "zh" || got.Text != e.In("zh")[0] {
		t.Errorf("preferred in Chinese: %v", got)
	}
	if got := e.Preferred("hy"); got.Lang != "en" {
		t.Errorf("preferred in a language it lacks: %v", got)
	}
	if _, ok := lexicon.ByID("no-such-thing"); ok || lexicon.Place("no-such-thing") != 0 {
		t.Error("what is not there was found")
	}
	lone := lexicon.Entry{Labels: []lexicon.Label{{Lang: "mul", Text: "H2O"}}}
	if got := lone.Preferred("en"); got.Text != "H2O" {
		t.Errorf("preferred where there is one label: %v", got)
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"water", "воды", "节水", "आ", "\xff", "a b c d e f", "'"} {
		f.Add(s, "en")
	}
	x := lexicon.CoreLexicon()
	f.Fuzz(func(t *testing.T, typed, tag string) {
		found := x.Find(typed, tag, 10)
		if len(found) > 10 {
			t.Fatalf("%d of 10", len(found))
		}
		for _, hit := range found {
			if hit.Label.Text == "" || !utf8.ValidString(hit.Label.Text) {
				t.Fatalf("label %q", hit.Label.Text)
			}
		}
	})
}
