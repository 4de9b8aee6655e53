package matching_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/journal"
	"karvan/internal/lang"
	"karvan/internal/testkit"
	"karvan/lexicon"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/record"
)

func TestTheIndexIsWhatARebuildWouldMake(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.states()
		second := matching.New(d, newBook(), lexicon.CoreLexicon()) // another process
		tail := journal.NewFeed(d, second.Consumer())
		var ids []id.ID
		dice := rand.New(rand.NewPCG(4, 4))
		path := filepath.Join(t.TempDir(), "index")
		for round := range 6 {
			ids = w.live(dice, ids, 60)
			same(t, fmt.Sprint("round ", round), w.x, w.rebuilt())
			if err := tail.Flush(ctx); err != nil {
				t.Fatal(err)
			}
			same(t, "two processes", w.x, second)
			if round == 3 {
				if err := w.x.Save(path); err != nil {
					t.Fatal(err)
				}
			}
		}
		loaded := matching.New(d, newBook(), lexicon.CoreLexicon())
		if served, err := loaded.Load(ctx, path, nil); err != nil || !served {
			t.Fatalf("served %v, %v", served, err)
		}
		same(t, "snapshot and journal", w.x, loaded)
		if w.x.Code(id.Derive(node, "state", "uz")) != "uz" || loaded.State("kz") != id.Derive(node, "state", "kz") || loaded.State("xx") != "" {
			t.Error("the codes of states are not known")
		}
		// Hearing the same again changes nothing.
		var entries []journal.Entry
		if err := d.Read(ctx, func(tx *db.Tx) (err error) { entries, err = journal.Read(ctx, tx, 0, 10_000); return err }); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := loaded.Follow(ctx, entries); err != nil {
				t.Fatal(err)
			}
		}
		same(t, "followed again", w.x, loaded)
	})
}

func TestVisitorsListsHoldNothingThatIsNotPublic(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		ids := w.live(rand.New(rand.NewPCG(5, 5)), nil, 250)
		shown := map[id.ID]int{}
		for _, h := range w.x.Search(matching.Query{Limit: 500}).Hits {
			shown[h.ID] = h.Rev
			if rev, ok := w.x.PublicRev(h.ID); !ok || rev != h.Rev {
				t.Errorf("public revision %d, %v", rev, ok)
			}
		}
		desk := map[id.ID]int{}
		for _, h := range w.x.Search(matching.Query{Drafts: true, Limit: 500}).Hits {
			desk[h.ID] = h.Rev
		}
		drafts, erased := 0, 0
		err := d.Read(ctx, func(tx *db.Tx) error {
			for _, record_ := range ids {
				h, err := w.b.HeadOf(ctx, tx, record_)
				if err != nil {
					return err
				}
				public, head := h.PublicRev, h.Rev
				if h.PublicRev == 0 {
					drafts++
				}
				if h.State == record.Erased {
					erased++
					public, head = 0, 0
				}
				if head == public {
					head = 0 // nothing waits
				}
				if shown[record_] != public || desk[record_] != head {
					t.Errorf("%s %s: lists show %d and %d, want %d and %d", record_, h.State, shown[record_], desk[record_], public, head)
				}
			}
			_, records, err := w.x.Records(ctx, tx, matching.Query{Limit: 500})
			for _, r := range records {
				if !r.Public() || r.State == record.Erased {
					t.Errorf("%s is shown", r.State)
				}
			}
			return err
		})
		if err != nil || drafts == 0 || erased == 0 {
			t.Fatalf("%d drafts, %d erased, %v", drafts, erased, err)
		}
	})
}

func TestASnapshotThatIsNotItsOwnIsNotUsed(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.live(rand.New(rand.NewPCG(6, 6)), nil, 40)
		dir := t.TempDir()
		path := filepath.Join(dir, "index")
		if err := w.x.Save(path); err != nil {
			t.Fatal(err)
		}
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		other := newWorld(t, testkit.SQLite(t)) // shorter, so that its places are in this journal too
		other.live(rand.New(rand.NewPCG(7, 7)), nil, 10)
		foreign := filepath.Join(dir, "foreign")
		if err := other.x.Save(foreign); err != nil {
			t.Fatal(err)
		}
		foreignBytes, err := os.ReadFile(foreign)
		if err != nil {
			t.Fatal(err)
		}
		mark, rest, _ := bytes.Cut(good, []byte("\n"))
		flipped := slices.Clone(good)
		flipped[len(flipped)/2] ^= 4
		for _, c := range []struct {
			name   string
			data   []byte
			served bool
		}{
			{"its own", good, true},
			{"nothing", nil, false},
			{"half", good[:len(good)/2], false},
			{"all but the last byte", good[:len(good)-1], false},
			{"one bit changed", flipped, false},
			{"another database's", foreignBytes, false},
			{"of a newer Karvan", append(append(slices.Clone(mark), " v99\n"...), rest...), false},
			{"without its first line", rest, false},
			{"text", []byte("hello\n"), false},
			{"an endless line", bytes.Repeat([]byte("x"), 3<<20), false},
		} {
			t.Run(c.name, func(t *testing.T) {
				if err := os.WriteFile(path, c.data, 0o600); err != nil {
					t.Fatal(err)
				}
				x := matching.New(d, newBook(), lexicon.CoreLexicon())
				served, err := x.Load(ctx, path, nil)
				if err != nil || served != c.served {
					t.Fatalf("served %v, %v", served, err)
				}
				same(t, c.name, w.x, x)
			})
		}
		x := matching.New(d, newBook(), lexicon.CoreLexicon())
		if served, err := x.Load(ctx, filepath.Join(dir, "missing"), nil); served || err != nil {
			t.Errorf("a file that is not there served: %v, %v", served, err)
		}
		same(t, "no file", w.x, x)
		if left, err := filepath.Glob(filepath.Join(dir, ".index-*")); err != nil || len(left) > 0 {
			t.Errorf("left %v, %v", left, err)
		}
	})
}

func TestNamesStandInTheOrderOfTheReadersLanguage(t *testing.T) {
	for _, c := range []struct {
		lang  string
		order []string
	}{
		{"en", []string{"ångström", "apple", "Éclair", "elephant", "Zebra"}},
		{"zh", []string{"北京", "昆明", "上海", "西安", "中山"}},
		{"ru", []string{"ежевика", "ёлка", "енот", "Яблоко"}},
		{"fa", []string{"آب", "برف", "پل", "چای", "گل", "یخ"}},
	} {
		t.Run(c.lang, func(t *testing.T) {
			w := newWorld(t, testkit.SQLite(t))
			for _, i := range rand.New(rand.NewPCG(8, 8)).Perm(len(c.order)) {
				w.publish(titled(map[string]string{c.lang: c.order[i]}))
			}
			var got []string
			err := w.d.Read(ctx, func(tx *db.Tx) error {
				_, records, err := w.x.Records(ctx, tx, matching.Query{Sort: []engine.Sort{{By: "name." + c.lang}}, Limit: 50})
				for _, r := range records {
					got = append(got, r.Text(lang.Tag(c.lang), "title"))
				}
				return err
			})
			if diff := cmp.Diff(c.order, got); err != nil || diff != "" {
				t.Error(err, diff)
			}
		})
	}
}

func TestWordsAreFoundInTheirForms(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		en := w.publish(titled(map[string]string{"en": "Drying apricots with solar collectors"}))
		ru := w.publish(titled(map[string]string{"ru": "Сушка абрикосов солнечными коллекторами"}))
		zh := w.publish(titled(map[string]string{"zh": "利用太阳能集热器干燥杏子"}))
		fa := w.publish(titled(map[string]string{"fa": "خشک کردن زردآلو"}))
		all := []id.ID{en.ID, ru.ID, zh.ID}
		for _, c := range []struct {
			words string
			tag   lang.Tag
			want  []id.ID
			not   []id.ID
		}{
			{"apricot", "en", []id.ID{en.ID, ru.ID, fa.ID}, nil},
			{"APRICOTS", "", []id.ID{en.ID, ru.ID, fa.ID}, nil},
			{"drying collector", "en", []id.ID{en.ID}, []id.ID{fa.ID}},
			{"абрикос", "ru", []id.ID{en.ID, ru.ID, fa.ID}, nil},
			{"Абрикосами", "", []id.ID{en.ID, ru.ID, fa.ID}, nil},
			{"өрік", "kk", []id.ID{en.ID, ru.ID, fa.ID}, nil},
			{"солнечный коллектор", "ru", []id.ID{ru.ID}, []id.ID{fa.ID}},
			{"太阳能", "zh", all, []id.ID{fa.ID}},
			{"集热器", "", []id.ID{zh.ID}, []id.ID{fa.ID}},
			{"زردآلو", "fa", []id.ID{en.ID, ru.ID, fa.ID}, nil},
		} {
			var found []id.ID
			for _, h := range w.x.Search(matching.Query{Words: c.words, Lang: c.tag, Limit: 10}).Hits {
				found = append(found, h.ID)
			}
			for _, want := range c.want {
				if !slices.Contains(found, want) {
					t.Errorf("%q did not find %s", c.words, want)
				}
			}
			for _, not := range c.not {
				if slices.Contains(found, not) {
					t.Errorf("%q found %s", c.words, not)
				}
			}
		}
		if n := w.x.Search(matching.Query{Words: "!?", Limit: 10}).Total; n != 0 {
			t.Errorf("marks alone found %d", n)
		}
	})
}
