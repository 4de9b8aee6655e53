package matching_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/journal"
	"karvan/internal/testkit"
	"karvan/lexicon"
	"karvan/matching"
	"karvan/record"
)

func (m *market) suggested(r *record.Record) (all []id.ID) {
	m.t.Helper()
	for _, s := range m.suggestions(r) {
		all = append(all, s.Counterpart)
	}
	return all
}

func (m *market) suggestions(r *record.Record) (all []matching.Suggestion) {
	m.t.Helper()
	if err := m.d.Read(ctx, func(tx *db.Tx) (err error) { all, err = m.x.SuggestionsOf(ctx, tx, r.ID); return err }); err != nil {
		m.t.Fatal(err)
	}
	return all
}

func TestBothOwnersHearOfWhatFits(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		m := newMarket(t, d)
		m.filler()
		drip := m.put("offer", map[string]string{"en": "Drip irrigation of cotton on saline soil"})
		if got := m.suggested(drip); got != nil {
			t.Errorf("suggested without a counterpart: %v", got)
		}
		m.clock.Set(start.Add(time.Hour))
		need := m.put("need", map[string]string{"ru": "Капельное орошение хлопка на засолённой почве"})
		for _, pair := range [][2]*record.Record{{drip, need}, {need, drip}} {
			got := m.suggestions(pair[0])
			if len(got) != 1 || got[0].Counterpart != pair[1].ID || got[0].Likeness < matching.SuggestLikeness || got[0].At.Before(start.Add(time.Hour)) {
				t.Fatalf("suggested for the %s: %+v", pair[0].Kind, got)
			}
		}
		first := m.suggestions(drip)[0].At
		// Hearing of a change again is no news.
		m.clock.Set(start.Add(2 * time.Hour))
		edited := m.revise(need, "Капельное орошение хлопка на засолённой почве, 40 га")
		if got := m.suggestions(drip); len(got) != 1 || !got[0].At.Equal(first) {
			t.Errorf("after a change of words: %+v", got)
		}
		var since []matching.Suggestion
		err := d.Read(ctx, func(tx *db.Tx) (err error) {
			since, err = m.x.SuggestionsSince(ctx, tx, first.Add(-time.Second), drip.ID, need.ID)
			if err != nil || len(since) != 2 {
				t.Errorf("since then: %+v", since)
			}
			since, err = m.x.SuggestionsSince(ctx, tx, first, drip.ID, need.ID)
			return err
		})
		if err != nil || len(since) != 0 {
			t.Errorf("since the last: %+v, %v", since, err)
		}
		// What is taken out of the lists is suggested no more, and comes back.
		m.do(offerer, drip, "suspend")
		if got := m.suggested(need); got != nil {
			t.Errorf("still suggested: %v", got)
		}
		m.do(offerer, drip, "resume")
		if got := m.suggested(need); !slices.Equal(got, []id.ID{drip.ID}) {
			t.Errorf("not suggested again: %v", got)
		}
		// What now speaks of something else is not suggested.
		m.revise(edited, "Перевод эпоса с кыргызского языка")
		if got := m.suggested(drip); got != nil {
			t.Errorf("suggested for what it was: %v", got)
		}
	})
}

// revise gives a need another title and publishes it.
func (m *market) revise(r *record.Record, title string) *record.Record {
	m.t.Helper()
	err := m.as(seeker, func(tx *db.Tx) (err error) {
		r, err = m.b.Edit(ctx, tx, r.ID, r.Rev, func(r *record.Record) error {
			r.Texts[string(r.Source)].Fields["title"] = title
			return nil
		})
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
	m.do(seeker, r, "submit")
	return m.do(seeker, r, "publish")
}

func TestSuggestionsAreFewAndTheSameWhoeverMakesThem(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		m := newMarket(t, d)
		m.filler()
		for i := range 9 {
			m.put("offer", map[string]string{"en": fmt.Sprintf("Drip irrigation of cotton, model %d", i)})
		}
		need := m.put("need", map[string]string{"en": "Drip irrigation of cotton"})
		got := m.suggestions(need)
		if len(got) != 5 {
			t.Fatalf("%d suggestions", len(got))
		}
		if !slices.IsSortedFunc(got, func(a, b matching.Suggestion) int { return b.At.Compare(a.At) }) {
			t.Errorf("not the newest first: %+v", got)
		}
		// Another process hears the same lines, and this one hears them again.
		second := matching.New(d, m.b, lexicon.CoreLexicon())
		if err := second.Rebuild(ctx, nil); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := journal.NewFeed(d, second.Suggestions()).Flush(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if again := m.suggestions(need); !slices.Equal(again, got) {
			t.Errorf("another process: %+v, was %+v", again, got)
		}
		// One that has not followed yet follows first.
		d2 := newMarket(t, testkit.SQLite(t))
		d2.feed = journal.NewFeed(d2.d, d2.x.Suggestions())
		d2.put("offer", map[string]string{"en": "Glass for greenhouses"})
		d2.put("offer", map[string]string{"en": "Drip irrigation of cotton"})
		if asked := d2.put("need", map[string]string{"en": "Drip irrigation of cotton"}); len(d2.suggested(asked)) != 1 {
			t.Errorf("suggested %v", d2.suggested(asked))
		}
	})
}
