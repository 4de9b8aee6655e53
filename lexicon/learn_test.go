package lexicon_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"karvan/lexicon"
)

func TestWordsThatGoTogetherAreLearned(t *testing.T) {
	l := lexicon.NewLearner()
	rng := rand.New(rand.NewPCG(1, 2))
	pairs := [][2]string{{"мелиорация", "abcland"}, {"кяриз", "qanatwell"}, {"саксаул", "saxwood"}, {"такыр", "claypan"}, {"джугара", "whitesorghum"}}
	for range 200 {
		ru, en := "", ""
		for _, p := range pairs {
			if rng.IntN(3) == 0 {
				ru, en = ru+" "+p[0], en+" "+p[1]
			}
		}
		l.Read(ru+fmt.Sprintf(" слово%d", rng.IntN(1000)), "ru", en+fmt.Sprintf(" word%d", rng.IntN(1000)), "en")
	}
	got := map[string]string{}
	for _, a := range l.Associations() {
		if a.A.Lang == "en" {
			a.A, a.B = a.B, a.A
		}
		got[a.A.Text] = a.B.Text
	}
	if len(got) != len(pairs) {
		t.Errorf("learned %v", got)
	}
	for _, p := range pairs {
		if got[p[0]] != p[1] {
			t.Errorf("%s is taken for %q", p[0], got[p[0]])
		}
	}
}

func TestChanceIsNotLearned(t *testing.T) {
	l := lexicon.NewLearner()
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		ru, en := "", ""
		for range 8 {
			ru, en = ru+fmt.Sprintf(" слово%d", rng.IntN(60)), en+fmt.Sprintf(" word%d", rng.IntN(60))
		}
		l.Read(ru, "ru", en, "en")
	}
	if n := len(l.Associations()); n > 2 {
		t.Errorf("%d pairs of words were learned from noise", n)
	}
}

func TestWhatIsLearnedIsFound(t *testing.T) {
	learned := []lexicon.Association{{A: lexicon.Label{Lang: "kk", Text: "қыстақ"}, B: lexicon.Label{Lang: "en", Text: "winterhome"}}}
	b := lexicon.NewBuilder()
	if err := b.Add(lexicon.LearnedSource, lexicon.Entries(learned)); err != nil {
		t.Fatal(err)
	}
	terms, _ := b.Build().Terms(nil, nil, "қыстақтар", "kk")
	if len(terms) < 2 || terms[len(terms)-1] != "winterhom" {
		t.Errorf("terms %q", terms)
	}
}
