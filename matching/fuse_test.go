package matching_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/journal"
	"karvan/internal/testkit"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/matching/vectors"
	"karvan/matching/vectors/service"
	"karvan/matching/vectors/service/servicetest"
	"karvan/record"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // what goes on without the service says so
	os.Exit(m.Run())
}

func hits(keys string) (all []engine.Hit) {
	for _, k := range strings.Fields(keys) {
		all = append(all, engine.Hit{Key: k})
	}
	return all
}

func keys(all []engine.Hit) string {
	var s []string
	for _, h := range all {
		s = append(s, h.Key)
	}
	return strings.Join(s, " ")
}

func TestTwoRankingsBecomeOne(t *testing.T) {
	for _, c := range []struct {
		name, words, near string
		limit             int
		page              string
		first             int
	}{
		{"words alone", "a b c", "", 3, "a b c", 3},
		{"vectors alone", "", "x y z", 2, "x y", 0},
		{"what both have comes first", "a b c", "c", 3, "c a b", 3},
		{"equal places go to the words", "a b", "x y", 4, "a x b y", 2},
		{"a page has no more than it may", "a b c d", "w x y z", 4, "a w b x", 2},
		{"the better half of the words stays", "a b c d e f", "e f d c", 4, "e c a b", 3},
		{"what is left out comes on the next page", "a b c d e f", "f e", 4, "f e a b", 2},
		{"a page of one", "a b", "b", 1, "a", 1},
		{"a page longer than all there is", "a", "x", 20, "a x", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			page, first := matching.FuseForTest(hits(c.words), hits(c.near), c.limit)
			if keys(page) != c.page || first != c.first {
				t.Errorf("%s, %d; want %s, %d", keys(page), first, c.page, c.first)
			}
		})
	}
}

// words that the lexicon does not know, so that only the service brings them together.
var invented = map[string]string{"blorpal": "blorp", "кувакс": "blorp", "quuxine": "blorp"}

// embed gives the index of a market an embedding service and lets it judge all there is.
func (m *market) embed() (*servicetest.Server, *vectors.Keeper) {
	m.t.Helper()
	s := servicetest.New(m.t, invented)
	client, err := service.New(service.Options{URL: s.URL, Model: "test", Wait: 20 * time.Second, Sleep: func(context.Context, time.Duration) error { return nil }})
	if err != nil {
		m.t.Fatal(err)
	}
	k, err := vectors.Open(ctx, m.d, m.b, client, []string{"offer", "need"}, 0)
	if err != nil {
		m.t.Fatal(err)
	}
	m.x.UseVectors(k)
	m.feed = journal.NewFeed(m.d, m.x.Consumer(), k.Consumer())
	m.judge(k)
	return s, k
}

func (m *market) judge(k *vectors.Keeper) {
	m.t.Helper()
	for {
		n, err := k.Step(ctx)
		if err != nil {
			m.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// ask gives the titles of what a search finds, those judged near with a star.
func (m *market) ask(q matching.Query) (titles []string, r matching.Result) {
	m.t.Helper()
	if q.Limit == 0 {
		q.Limit = 20
	}
	err := m.d.Read(ctx, func(tx *db.Tx) (err error) {
		var records []*record.Record
		r, records, err = m.x.Records(ctx, tx, q)
		for i, rec := range records {
			title := rec.Text(rec.Source, "title")
			if r.Hits[i].Near {
				title += "*"
			}
			titles = append(titles, title)
		}
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return titles, r
}

func TestASearchAlsoFindsWhatIsMeant(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		m := newMarket(t, d)
		m.filler()
		m.put("offer", map[string]string{"en": "Blorpal"})
		m.put("offer", map[string]string{"ru": "Кувакс"})
		m.put("need", map[string]string{"en": "Quuxine"})
		suspended := m.put("offer", map[string]string{"en": "Quuxine suspended"})
		m.embed()
		m.do(offerer, suspended, "suspend")
		published := map[string][]string{"status": {"published"}}
		for _, c := range []struct {
			name string
			q    matching.Query
			want []string
		}{
			{"words and meaning", matching.Query{Words: "blorpal", Fixed: published}, []string{"Blorpal*", "Quuxine*", "Кувакс*"}},
			{"one kind", matching.Query{Words: "blorpal", Kinds: []string{"need"}, Fixed: published}, []string{"Quuxine*"}},
			{"of one owner", matching.Query{Words: "blorpal", Any: map[string][]string{"owner": {string(orgB)}}}, []string{"Quuxine*"}},
			{"not of one owner", matching.Query{Words: "blorpal", Not: map[string][]string{"owner": {string(orgB)}}, Fixed: published}, []string{"Blorpal*", "Кувакс*"}},
			{"in another order", matching.Query{Words: "blorpal", Sort: newest}, []string{"Blorpal"}},
			{"the desk", matching.Query{Words: "blorpal", Drafts: true}, nil},
			{"nothing is meant by it", matching.Query{Words: "zyzzyva"}, nil},
			{"no words", matching.Query{Kinds: []string{"need"}}, []string{"Quuxine"}},
		} {
			got, r := m.ask(c.q)
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" || r.Total != len(c.want) {
				t.Errorf("%s: %d in all\n%s", c.name, r.Total, diff)
			}
		}
		got, r := m.ask(matching.Query{Words: "blorpal", Fixed: published})
		if got[0] != "Blorpal*" || r.Hits[0].Score <= 0 || r.Hits[1].Score != 0 || r.Next != "" {
			t.Errorf("%q, %+v", got, r)
		}
	})
}

func TestWithoutTheServiceTheRankingIsThatByWords(t *testing.T) {
	m := newMarket(t, testkit.SQLite(t))
	m.filler()
	for i := range 30 {
		m.put("offer", map[string]string{"en": fmt.Sprint("Blorpal pump ", i)})
		m.put("offer", map[string]string{"en": fmt.Sprint("Quuxine valve ", i)})
	}
	for i := range 90 {
		m.put("offer", map[string]string{"en": fmt.Sprint("Loom", i, " for cloth", i)})
	}
	plain := func(words string) []string { titles, _ := m.ask(matching.Query{Words: words}); return titles }
	want := map[string][]string{}
	for _, words := range []string{"blorpal", "pump", "quuxine valve", "glass"} {
		want[words] = plain(words)
	}
	s, _ := m.embed()
	if got := plain("blorpal"); cmp.Equal(got, want["blorpal"]) {
		t.Error("the service changes nothing")
	}
	for name, answer := range map[string]http.HandlerFunc{
		"down":   func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"broken": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"silly":  func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"data":[{"index":0,"embedding":[1]}]}`) },
	} {
		s.Answer(answer)
		for words, titles := range want {
			if words == "blorpal" {
				words = "blorpal " // the answer to the other is remembered
			}
			if diff := cmp.Diff(titles, plain(strings.ToUpper(words))); diff != "" {
				t.Errorf("%s: %q\n%s", name, words, diff)
			}
		}
	}
}

func TestNoPageLosesWhatHasTheWords(t *testing.T) {
	m := newMarket(t, testkit.SQLite(t))
	want := map[id.ID]bool{}
	for i := range 60 {
		want[m.put("offer", map[string]string{"en": fmt.Sprint("Blorpal pump ", i, strings.Repeat(" and so on", i%7))}).ID] = true
	}
	for i := range 12 {
		m.put("offer", map[string]string{"en": strings.Repeat("Quuxine ", 1+i%4)})
	}
	for i := range 90 { // most of what there is has nothing to do with it
		m.put("offer", map[string]string{"en": fmt.Sprint("Loom", i, " for cloth", i)})
	}
	m.filler()
	m.embed()
	for _, limit := range []int{1, 2, 7, 20, 100} {
		seen, near := map[id.ID]bool{}, 0
		q := matching.Query{Words: "blorpal", Limit: limit}
		for page := 0; ; page++ {
			_, r := m.ask(q)
			if len(r.Hits) > limit {
				t.Fatalf("a page of %d has %d", limit, len(r.Hits))
			}
			for _, h := range r.Hits {
				if want[h.ID] {
					seen[h.ID] = true
				} else if near++; page > 0 {
					t.Error("a later page is fused")
				}
			}
			if r.Next == "" {
				break
			}
			cursor, err := engine.ParseCursor(r.Next)
			if err != nil {
				t.Fatal(err)
			}
			q.Cursor = &cursor
		}
		if len(seen) != len(want) || limit > 2 && near == 0 {
			t.Errorf("pages of %d: %d of %d found, %d by meaning", limit, len(seen), len(want), near)
		}
	}
}

func TestAMatchByMeaningSaysSo(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		m := newMarket(t, d)
		m.filler()
		m.put("offer", map[string]string{"en": "Drip irrigation of cotton"})
		m.put("offer", map[string]string{"ru": "Кувакс"})
		both := m.put("offer", map[string]string{"en": "Blorpal for cotton"})
		need := m.put("need", map[string]string{"en": "Blorpal cotton"})
		matches := func() map[string]matching.Match {
			found := map[string]matching.Match{}
			err := d.Read(ctx, func(tx *db.Tx) error {
				q := matching.Counterparts(need)
				q.Limit = 20
				_, all, records, err := m.x.Matches(ctx, tx, need, q)
				for i, r := range records {
					found[r.Text(r.Source, "title")] = all[i]
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return found
		}
		before := matches()
		if _, ok := before["Кувакс"]; ok {
			t.Fatal("the words alone found it")
		}
		s, k := m.embed()
		n := s.Requests()
		after := matches()
		if s.Requests() != n {
			t.Error("a match asked the service")
		}
		got := after["Кувакс"]
		if want := []matching.Reason{{Kind: matching.Meaning}}; !got.Near || got.Likeness != 0 || !reflect.DeepEqual(got.Reasons, want) {
			t.Errorf("%+v", got)
		}
		got = after["Blorpal for cotton"]
		if was := before["Blorpal for cotton"]; !got.Near || got.ID != both.ID || got.Likeness != was.Likeness || !reflect.DeepEqual(got.Reasons, was.Reasons) || len(got.Reasons) == 0 || got.Reasons[0].Kind != "" {
			t.Errorf("%+v, without the service %+v", got, was)
		}
		if got := after["Drip irrigation of cotton"]; got.Near || len(got.Reasons) == 0 {
			t.Errorf("%+v", got)
		}
		for title, was := range before {
			if got := after[title]; got.ID != was.ID || got.Likeness != was.Likeness {
				t.Errorf("%s: %+v, without the service %+v", title, got, was)
			}
		}
		m.do(offerer, both, "withdraw")
		if _, ok := k.Of(both.ID); ok {
			t.Error("what was withdrawn has a vector")
		}
		if m := matches()["Blorpal for cotton"]; m.ID != "" {
			t.Error("what was withdrawn is a match")
		}
	})
}

// What is looked at one by one passes as what the engine lists.
func TestFiltersMeanTheSameToVectors(t *testing.T) {
	m := newMarket(t, testkit.SQLite(t))
	dice := rand.New(rand.NewPCG(9, 9))
	var all []*record.Record
	for i := range 120 {
		all = append(all, m.put([]string{"offer", "need"}[i/2%2], map[string]string{"en": fmt.Sprint([]string{"Quuxine", "Blorpal", "Wheat", "Steel", "Water", "Cement"}[dice.IntN(6)], " ", i)}))
	}
	m.filler()
	_, k := m.embed()
	v, ok := k.Ask(ctx, "blorpal")
	if !ok {
		t.Fatal("no vector")
	}
	for _, r := range all[:20] {
		by := map[string]access.Actor{"offer": offerer, "need": seeker}[r.Kind]
		m.do(by, r, "suspend")
	}
	middle := all[60].Created
	for i, q := range []matching.Query{
		{}, {Kinds: []string{"need"}}, {Any: map[string][]string{"status": {"suspended"}}}, {Not: map[string][]string{"status": {"suspended"}}},
		{Any: map[string][]string{"owner": {string(orgA), "nobody"}}}, {Any: map[string][]string{"owner": {"nobody"}}}, {Any: map[string][]string{"nothing": {"x"}}},
		{Not: map[string][]string{"nothing": {"x"}}}, {After: map[string]time.Time{"created": middle}}, {Before: map[string]time.Time{"created": middle}, Kinds: []string{"offer"}},
		{After: map[string]time.Time{"valid_to": middle}}, {Fixed: map[string][]string{"status": {"published"}}, Any: map[string][]string{"lang": {"en"}}},
	} {
		err := m.d.Read(ctx, func(tx *db.Tx) error {
			listed, err := m.x.NearForTest(ctx, tx, q, v, 100_000)
			if err != nil {
				return err
			}
			looked, err := m.x.NearForTest(ctx, tx, q, v, 0)
			if diff := cmp.Diff(listed, looked); diff != "" {
				t.Errorf("query %d: %s", i, diff)
			}
			if i == 0 && len(listed) == 0 {
				t.Error("nothing is near")
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
