package matching_test

import (
	"context"
	"testing"

	"karvan/internal/db"
	"karvan/internal/testkit"
	"karvan/lexicon"
	"karvan/matching"
	"karvan/record"
)

// learned says which English word goes with one of another language.
func learned(t *testing.T, x *matching.Index, lang, word string) string {
	t.Helper()
	all, err := x.Learn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		for _, p := range [][2]lexicon.Label{{a.A, a.B}, {a.B, a.A}} {
			if p[0].Lang == lang && p[0].Text == word && p[1].Lang == "en" {
				return p[1].Text
			}
		}
	}
	return ""
}

func TestLearningFromTranslationsAndAnswers(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		m := newMarket(t, d)
		for _, other := range []string{"alpha", "beta", "gamma", "delta"} { // what else is in the world
			m.put("offer", map[string]string{"en": other + " " + other + "s", "ru": "слово" + other})
		}
		for _, rest := range []string{"one", "two", "three", "four"} {
			m.put("offer", map[string]string{"en": "zorbium " + rest, "ru": "зорбий слово" + rest})
		}
		if got := learned(t, m.x, "ru", "зорбий"); got != "zorbium" {
			t.Errorf("from translations зорбий is taken for %q", got)
		}
		// Machine translations teach nothing.
		for _, rest := range []string{"five", "six", "seven", "eight"} {
			r := titled(map[string]string{"en": "quaxite " + rest, "ru": "кваксит слово" + rest})
			v := r.Texts["ru"]
			v.Provenance = record.Machine
			r.Texts["ru"] = v
			m.publishAs(r)
		}
		if got := learned(t, m.x, "ru", "кваксит"); got != "" {
			t.Errorf("from machine translations кваксит is taken for %q", got)
		}
		// Confirmed matches do.
		for _, rest := range []string{"nine", "ten", "eleven", "twelve"} {
			need := m.put("need", map[string]string{"kk": "тұлпарит сөз" + rest})
			offer := m.put("offer", map[string]string{"en": "tulparite " + rest})
			if err := m.as(seeker, func(tx *db.Tx) error {
				return m.x.SaveAnswer(ctx, tx, matching.Answer{Record: need.ID, Counterpart: offer.ID, Useful: true})
			}); err != nil {
				t.Fatal(err)
			}
		}
		if got := learned(t, m.x, "kk", "тұлпарит"); got != "tulparite" {
			t.Errorf("from answers тұлпарит is taken for %q", got)
		}
	})
}
