package matching_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/journal"
	"karvan/internal/testkit"
	"karvan/lexicon"
	"karvan/matching"
	"karvan/record"
)

var (
	orgB     = id.Derive(node, "organisation", "b")
	offerer  = access.Actor{Account: "offerer", Grants: []access.Grant{{Role: access.Member, Scope: orgA}}}
	seeker   = access.Actor{Account: "seeker", Grants: []access.Grant{{Role: access.Member, Scope: orgB}}}
	together = access.Actor{Account: "colleague", Grants: []access.Grant{{Role: access.Member, Scope: orgB}}}
)

// market is a world with offers of one organisation and needs of another, whose
// owners hear of each other.
type market struct {
	*world
	clock *testkit.Clock
}

func newMarket(t *testing.T, d *db.DB) *market {
	t.Helper()
	clock := testkit.NewClock(start)
	d.SetClock(clock.Now)
	var policy access.Policy
	for _, verb := range []string{"create", "edit", "submit", "publish", "suspend", "resume", "withdraw", "erase", "answer"} {
		policy = append(policy, access.Rule{Verb: verb, Role: access.Member, Scope: access.OwnOrganisation})
	}
	texts := []record.TextField{{Name: "title", Max: 200, Required: true}, {Name: "summary", Max: 2000, Lines: true}}
	var kinds []*record.Kind
	for _, name := range []string{"offer", "need"} {
		kinds = append(kinds, &record.Kind{Name: name, New: func() record.Body { return &offer{} }, Texts: texts, Policy: policy})
	}
	b := record.NewBook(node, kinds...)
	m := &market{world: &world{t: t, d: d, b: b, x: matching.New(d, b, lexicon.CoreLexicon())}, clock: clock}
	m.feed = journal.NewFeed(d, m.x.Consumer(), m.x.Suggestions())
	return m
}

// as writes as somebody and lets the index and the suggestions follow.
func (m *market) as(a access.Actor, f func(tx *db.Tx) error) error {
	m.t.Helper()
	if err := m.d.Write(ctx, a, f); err != nil {
		return err
	}
	return m.feed.Flush(ctx)
}

// put publishes an offer or a need with a title by language.
func (m *market) put(kind string, titles map[string]string) *record.Record {
	m.t.Helper()
	r := titled(titles)
	r.Kind = kind
	return m.publishAs(r)
}

// publishAs publishes a record as one who may.
func (m *market) publishAs(r *record.Record) *record.Record {
	m.t.Helper()
	by, kind := offerer, r.Kind
	if r.Owner = orgA; kind == "need" {
		r.Owner, by = orgB, seeker
	}
	err := m.as(by, func(tx *db.Tx) (err error) {
		if err := m.b.Create(ctx, tx, r); err != nil {
			return err
		}
		for _, verb := range []string{"submit", "publish"} {
			if r, err = m.b.Do(ctx, tx, r.ID, r.Rev, verb, record.Options{}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return r
}

// filler publishes offers about other things, so that words tell something.
func (m *market) filler() {
	for _, title := range []string{"Glass for greenhouses", "Vaccine against brucellosis", "Speech corpus of Kyrgyz", "Steel rolling mill control", "Locust monitoring by satellite", "Kazakh-language tutor", "Bridge inspection with drones"} {
		m.put("offer", map[string]string{"en": title})
	}
}

func (m *market) do(by access.Actor, r *record.Record, verb string) *record.Record {
	m.t.Helper()
	err := m.as(by, func(tx *db.Tx) (err error) {
		h, err := m.b.HeadOf(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		r, err = m.b.Do(ctx, tx, r.ID, h.Rev, verb, record.Options{Note: &record.Note{Type: "fact", Text: map[string]string{"en": "Because."}}})
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return r
}

func (m *market) answers(r id.ID) (all []matching.Answer) {
	m.t.Helper()
	if err := m.d.Read(ctx, func(tx *db.Tx) (err error) { all, err = m.x.AnswersOf(ctx, tx, r); return err }); err != nil {
		m.t.Fatal(err)
	}
	return all
}

func TestAnswersAreKept(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		m := newMarket(t, d)
		need := m.put("need", map[string]string{"en": "Drip irrigation for saline soil"})
		drip := m.put("offer", map[string]string{"en": "Drip irrigation lines"})
		pump := m.put("offer", map[string]string{"en": "Solar pumps"})
		save := func(by access.Actor, a matching.Answer) error {
			m.clock.Set(m.clock.Now().Add(time.Minute))
			return m.as(by, func(tx *db.Tx) error { return m.x.SaveAnswer(ctx, tx, a) })
		}
		for _, a := range []struct {
			by     access.Actor
			answer matching.Answer
		}{
			{seeker, matching.Answer{Record: need.ID, Counterpart: drip.ID, Reasons: []string{"too-general"}}},
			{seeker, matching.Answer{Record: need.ID, Counterpart: drip.ID, Useful: true, Note: "  We wrote\u202e to them. "}},
			{seeker, matching.Answer{Record: need.ID, Counterpart: pump.ID, Useful: true}},
			{together, matching.Answer{Record: need.ID, Counterpart: pump.ID, Reasons: []string{"wrong-words", "already-known"}}},
			{offerer, matching.Answer{Record: drip.ID, Counterpart: need.ID, Reasons: []string{"already-known"}}},
		} {
			if err := save(a.by, a.answer); err != nil {
				t.Fatal(err)
			}
		}
		got := m.answers(need.ID)
		var said []string
		for _, a := range got {
			said = append(said, strings.Join([]string{a.Account, string(a.Counterpart), map[bool]string{true: "useful"}[a.Useful], strings.Join(a.Reasons, "+"), a.Note}, " "))
		}
		want := []string{"colleague " + string(pump.ID) + "  already-known+wrong-words ", "seeker " + string(pump.ID) + " useful  ", "seeker " + string(drip.ID) + " useful  We wrote to them."}
		if diff := cmp.Diff(want, said); diff != "" {
			t.Error(diff)
		}
		standing := matching.Standing(got)
		if !standing[drip.ID].Useful || standing[pump.ID].Useful || len(standing) != 2 {
			t.Errorf("what counts: %+v", standing)
		}
		var counts matching.Answered
		if err := d.Read(ctx, func(tx *db.Tx) (err error) { counts, err = m.x.AnswerCounts(ctx, tx); return err }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(matching.Answered{Useful: 2, Not: 2, Reasons: map[string]int{"already-known": 2, "wrong-words": 1}}, counts); diff != "" {
			t.Error(diff)
		}
		if err := m.as(together, func(tx *db.Tx) error { return m.x.TakeBackAnswer(ctx, tx, need.ID, pump.ID) }); err != nil {
			t.Fatal(err)
		}
		if standing = matching.Standing(m.answers(need.ID)); !standing[pump.ID].Useful {
			t.Error("what was taken back still counts")
		}
		m.do(offerer, pump, "erase")
		if got := m.answers(need.ID); len(got) != 1 || got[0].Counterpart != drip.ID {
			t.Errorf("answers to what was erased stay: %+v", got)
		}
	})
}

func TestAnswersThatAreRefused(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		m := newMarket(t, d)
		need := m.put("need", map[string]string{"en": "Drip irrigation"})
		found := m.put("offer", map[string]string{"en": "Drip lines"})
		draft := titled(map[string]string{"en": "Secret"})
		if err := m.as(offerer, func(tx *db.Tx) error { return m.b.Create(ctx, tx, draft) }); err != nil {
			t.Fatal(err)
		}
		yes := matching.Answer{Record: need.ID, Counterpart: found.ID, Useful: true}
		change := func(f func(*matching.Answer)) matching.Answer { a := yes; f(&a); return a }
		for _, c := range []struct {
			name   string
			by     access.Actor
			answer matching.Answer
			want   fault.Code
		}{
			{"by somebody else", offerer, yes, fault.Forbidden},
			{"by a visitor", access.Actor{}, yes, fault.Unauthenticated},
			{"about a record that is none", seeker, change(func(a *matching.Answer) { a.Record = id.Derive(node, "need", "x") }), fault.NotFound},
			{"about a counterpart that is none", seeker, change(func(a *matching.Answer) { a.Counterpart = id.Derive(node, "offer", "x") }), fault.Invalid},
			{"about a draft that nobody could see", seeker, change(func(a *matching.Answer) { a.Counterpart = draft.ID }), fault.Invalid},
			{"about itself", seeker, change(func(a *matching.Answer) { a.Counterpart = need.ID }), fault.Invalid},
			{"no use, without a reason", seeker, change(func(a *matching.Answer) { a.Useful = false }), fault.Invalid},
			{"useful, with a reason against it", seeker, change(func(a *matching.Answer) { a.Reasons = []string{"other"} }), fault.Invalid},
			{"a reason nobody knows", seeker, change(func(a *matching.Answer) { a.Useful, a.Reasons = false, []string{"ugly"} }), fault.Invalid},
			{"an endless note", seeker, change(func(a *matching.Answer) { a.Note = strings.Repeat("я", 1001) }), fault.Invalid},
		} {
			t.Run(c.name, func(t *testing.T) {
				if err := m.as(c.by, func(tx *db.Tx) error { return m.x.SaveAnswer(ctx, tx, c.answer) }); !fault.Is(err, c.want) {
					t.Errorf("%v, want %s", err, c.want)
				}
			})
		}
		if got := m.answers(need.ID); len(got) != 0 {
			t.Errorf("kept all the same: %+v", got)
		}
		err := m.as(offerer, func(tx *db.Tx) error { return m.x.TakeBackAnswer(ctx, tx, need.ID, found.ID) })
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("somebody else takes an answer back: %v", err)
		}
	})
}

func TestAside(t *testing.T) {
	ids := []id.ID{"a", "b", "c", "d"}
	self := func(i id.ID) id.ID { return i }
	for _, c := range []struct {
		name          string
		standing      map[id.ID]matching.Answer
		shown, asides []id.ID
	}{
		{"nothing answered", nil, ids, nil},
		{"useful ones come first", map[id.ID]matching.Answer{"c": {Useful: true}}, []id.ID{"c", "a", "b", "d"}, nil},
		{"those of no use are put aside", map[id.ID]matching.Answer{"a": {}, "d": {Useful: true}}, []id.ID{"d", "b", "c"}, []id.ID{"a"}},
		{"an answer to something else", map[id.ID]matching.Answer{"x": {}}, ids, nil},
	} {
		shown, aside := matching.Aside(slices.Clone(ids), self, c.standing)
		if !slices.Equal(shown, c.shown) || !slices.Equal(aside, c.asides) {
			t.Errorf("%s: %v and %v aside", c.name, shown, aside)
		}
	}
}
