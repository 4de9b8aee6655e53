package terms_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"karvan/lexicon"
	"karvan/matching/engine"
	"karvan/matching/terms"
)

func text(lang, s string) []terms.Text { return []terms.Text{{Field: "text", Lang: lang, Text: s}} }

// index holds a text for every key.
func index(texts map[string][]terms.Text) *engine.Index {
	x := engine.New(engine.Options{Weights: terms.Weights})
	var docs []engine.Doc
	for key, t := range texts {
		docs = append(docs, engine.Doc{Key: key, Kind: "offer", Text: terms.Of(lexicon.CoreLexicon(), t)})
	}
	x.Apply(docs, nil)
	return x
}

func keys(hits []engine.Hit) (all []string) {
	for _, h := range hits {
		all = append(all, h.Key)
	}
	return all
}

func TestWhatIsLikeATextIsFoundAcrossLanguages(t *testing.T) {
	x := index(map[string][]terms.Text{
		"wheat":  text("zh", "抗旱小麦新品种的选育与种子生产"),
		"cotton": text("uz", "Paxta tozalash zavodi uchun uskunalar"),
		"bridge": text("ru", "Ремонт стальных мостов и контроль сварных швов"),
		"solar":  text("fa", "پنل خورشیدی برای پمپاژ آب در روستاها"),
	})
	for _, c := range []struct{ lang, text, want string }{
		{"kk", "Құрғақшылыққа төзімді бидай тұқымы керек", "wheat"},
		{"en", "Equipment for ginning cotton", "cotton"},
		{"be", "Агляд зварных швоў на мостах", "bridge"},
		{"hi", "गाँवों में सौर ऊर्जा से पानी का पंप", "solar"},
	} {
		t.Run(c.lang, func(t *testing.T) {
			q := terms.Like(x, lexicon.CoreLexicon(), text(c.lang, c.text))
			q.Limit = 4
			if got := keys(x.Search(terms.Refine(x, q)).Hits); len(got) == 0 || got[0] != c.want {
				t.Errorf("found %v, want %s first", got, c.want)
			}
		})
	}
}

func TestRefiningLearnsFromWhatIsFoundFirst(t *testing.T) {
	// Two offers say "graphene" beside what is asked for; a third says only that.
	x := index(map[string][]terms.Text{
		"a": text("en", "desalination membrane of graphene for brackish water"),
		"b": text("en", "graphene membrane, desalination of brackish water"),
		"c": text("en", "graphene sheets, large area"),
		"d": text("en", "school buses for mountain villages"),
	})
	q := terms.Like(x, lexicon.CoreLexicon(), text("en", "membrane desalination"))
	q.Limit = 4
	if slices.Contains(keys(x.Search(q).Hits), "c") {
		t.Fatal("found by words it does not say")
	}
	refined := terms.Refine(x, q)
	got := keys(x.Search(refined).Hits)
	if !slices.Contains(got, "c") || slices.Contains(got, "d") {
		t.Errorf("found %v", got)
	}
	if len(q.Groups) == len(refined.Groups) {
		t.Error("nothing was added")
	}
	if d := terms.Refine(x, q, "a", "b"); len(d.Groups) != len(q.Groups) {
		t.Error("learned from what was excepted")
	}
}

func TestQueriesAreBounded(t *testing.T) {
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, "uniqueword%d ", i)
	}
	long := text("en", b.String())
	x := index(map[string][]terms.Text{"long": long})
	if n := len(terms.Like(x, lexicon.CoreLexicon(), long).Groups); n == 0 || n > terms.MaxTerms {
		t.Errorf("%d groups", n)
	}
	for _, empty := range []string{"", " … ", "the of and"} {
		q := terms.Like(x, lexicon.CoreLexicon(), text("en", empty))
		if len(terms.Refine(x, q).Groups) != len(q.Groups) {
			t.Errorf("%q asks for something", empty)
		}
	}
}
