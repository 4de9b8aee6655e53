package matching_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/testkit"
	"karvan/matching"
)

var (
	reader   = access.Actor{Account: "01J0000000000000000000000A"}
	stranger = access.Actor{Account: "01J0000000000000000000000B"}
)

func save(t *testing.T, d *db.DB, who access.Actor, name, query string) (s matching.Search) {
	t.Helper()
	if err := d.Write(ctx, who, func(tx *db.Tx) (err error) { s, err = matching.SaveSearch(ctx, tx, name, query); return err }); err != nil {
		t.Fatal(err)
	}
	return s
}

func searches(t *testing.T, d *db.DB, who access.Actor) (all []matching.Search) {
	t.Helper()
	err := d.Read(ctx, func(tx *db.Tx) (err error) { all, err = matching.SearchesOf(ctx, tx, who.Account); return err })
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSearchesAreKeptSeenAndRenamed(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		clock := testkit.NewClock(start)
		d.SetClock(clock.Now)
		first := save(t, d, reader, "  节水灌溉 ", "/search?q=%E8%8A%82%E6%B0%B4&cursor=abc&state=&kind=offer")
		if first.Name != "节水灌溉" || first.Query != "/search?kind=offer&q=%E8%8A%82%E6%B0%B4" || first.Path() != "/search" {
			t.Errorf("kept as %+v", first)
		}
		clock.Set(start.Add(time.Hour))
		save(t, d, reader, "All needs", "/catalogue?kind=need")
		save(t, d, stranger, "Theirs", "/catalogue")
		if again := save(t, d, reader, "The same", "/search?q=节水&kind=offer"); again.ID != first.ID || again.Name != first.Name {
			t.Errorf("the same search was kept again: %+v", again)
		}
		all := searches(t, d, reader)
		if len(all) != 2 || all[0].Name != "All needs" || !all[1].SavedAt.Equal(first.SavedAt) || !all[1].SeenAt.Equal(first.SavedAt) {
			t.Fatalf("kept: %+v", all)
		}
		clock.Set(start.Add(2 * time.Hour))
		err := d.Write(ctx, reader, func(tx *db.Tx) error {
			if err := matching.RenameSearch(ctx, tx, first.ID, "Полив"); err != nil {
				return err
			}
			_, err := matching.MarkSeen(ctx, tx, first.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := searches(t, d, reader)[1]; got.Name != "Полив" || got.SeenAt.Before(start.Add(2*time.Hour)) || !got.SavedAt.Equal(first.SavedAt) {
			t.Errorf("after a look: %+v", got)
		}
	})
}

func TestADeletedSearchComesBackUntilTheNextChange(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		a, b := save(t, d, reader, "A", "/search?q=a"), save(t, d, reader, "B", "/search?q=b")
		do := func(who access.Actor, f func(tx *db.Tx) error) error { t.Helper(); return d.Write(ctx, who, f) }
		remove := func(s matching.Search) error {
			return do(reader, func(tx *db.Tx) error { _, err := matching.DeleteSearch(ctx, tx, s.ID); return err })
		}
		restore := func(who access.Actor, s matching.Search) error {
			return do(who, func(tx *db.Tx) error { _, err := matching.RestoreSearch(ctx, tx, s.ID); return err })
		}
		if err := remove(a); err != nil {
			t.Fatal(err)
		}
		if got := searches(t, d, reader); len(got) != 1 || got[0].ID != b.ID {
			t.Fatalf("left: %+v", got)
		}
		err := d.Read(ctx, func(tx *db.Tx) error {
			s, err := matching.DeletedSearch(ctx, tx, reader.Account, a.ID)
			if err == nil && (s.Name != "A" || s.Account != reader.Account) {
				t.Errorf("deleted: %+v", s)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if err := restore(stranger, a); !fault.Is(err, fault.NotFound) {
			t.Errorf("a stranger brings it back: %v", err)
		}
		if err := restore(reader, a); err != nil {
			t.Fatal(err)
		}
		if got := searches(t, d, reader); len(got) != 2 {
			t.Fatalf("after all: %+v", got)
		}
		for _, s := range []matching.Search{a, b} {
			if err := remove(s); err != nil {
				t.Fatal(err)
			}
		}
		if err := restore(reader, a); !fault.Is(err, fault.NotFound) {
			t.Errorf("one deleted before the last comes back: %v", err)
		}
		save(t, d, reader, "C", "/search?q=c")
		if err := restore(reader, b); !fault.Is(err, fault.NotFound) {
			t.Errorf("one deleted before a change comes back: %v", err)
		}
	})
}

func TestSearchesAreRefusedForWhatIsWrong(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		for _, c := range []struct {
			name, called, query, field string
			who                        access.Actor
			code                       fault.Code
		}{
			{"a visitor's", "A", "/search?q=a", "", access.Actor{}, fault.Unauthenticated},
			{"a page that is no list", "A", "/admin?q=a", "query", reader, fault.Invalid},
			{"another site", "A", "https://elsewhere.example/search?q=a", "query", reader, fault.Invalid},
			{"a path that climbs", "A", "/search/../admin", "query", reader, fault.Invalid},
			{"half an escape", "A", "/search?q=%", "query", reader, fault.Invalid},
			{"bytes that are no text", "A", "/search?q=%ff", "query", reader, fault.Invalid},
			{"NUL", "A", "/search?q=%00", "query", reader, fault.Invalid},
			{"an endless query", "A", "/search?q=" + strings.Repeat("a", 2000), "query", reader, fault.Invalid},
			{"no name", " ", "/search?q=a", "name", reader, fault.Invalid},
			{"a long name", strings.Repeat("水", 121), "/search?q=a", "name", reader, fault.Invalid},
			{"a name that turns text around", "a\u202eb", "/search?q=a", "name", reader, fault.Invalid},
		} {
			t.Run(c.name, func(t *testing.T) {
				err := d.Write(ctx, c.who, func(tx *db.Tx) error { _, err := matching.SaveSearch(ctx, tx, c.called, c.query); return err })
				if !fault.Is(err, c.code) || fault.Of(err).Field != c.field {
					t.Errorf("%v", err)
				}
			})
		}
		own := save(t, d, reader, "Own", "/catalogue")
		for name, f := range map[string]func(tx *db.Tx) error{
			"rename":  func(tx *db.Tx) error { return matching.RenameSearch(ctx, tx, own.ID, "Mine now") },
			"see":     func(tx *db.Tx) error { _, err := matching.MarkSeen(ctx, tx, own.ID); return err },
			"delete":  func(tx *db.Tx) error { _, err := matching.DeleteSearch(ctx, tx, own.ID); return err },
			"restore": func(tx *db.Tx) error { _, err := matching.RestoreSearch(ctx, tx, own.ID); return err },
		} {
			if err := d.Write(ctx, stranger, f); !fault.Is(err, fault.NotFound) {
				t.Errorf("a stranger may %s: %v", name, err)
			}
			if err := d.Write(ctx, access.Actor{}, f); !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("a visitor may %s: %v", name, err)
			}
		}
		if got := searches(t, d, reader); len(got) != 1 || got[0].Name != "Own" {
			t.Errorf("after all: %+v", got)
		}
	})
}

func TestAnAccountKeepsABoundedNumberOfSearches(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		for i := range matching.MaxSearches {
			save(t, d, reader, "One more", fmt.Sprintf("/search?q=%d", i))
		}
		err := d.Write(ctx, reader, func(tx *db.Tx) error { _, err := matching.SaveSearch(ctx, tx, "Too many", "/catalogue"); return err })
		if !fault.Is(err, fault.TooLarge) {
			t.Errorf("one more than allowed: %v", err)
		}
		save(t, d, stranger, "Another's", "/catalogue")
	})
}

func FuzzSaveSearch(f *testing.F) {
	for _, s := range []string{"/search?q=a", "/catalogue?kind=need&kind=offer", "/search?%zz", "?", "/search?a;b"} {
		f.Add(s)
	}
	d := testkit.SQLite(f)
	f.Fuzz(func(t *testing.T, query string) {
		err := d.Write(ctx, reader, func(tx *db.Tx) error {
			s, err := matching.SaveSearch(ctx, tx, "A name", query)
			if err != nil {
				return err
			}
			again, err := matching.SaveSearch(ctx, tx, "A name", s.Query)
			if err != nil || again.ID != s.ID || !strings.HasPrefix(s.Query, s.Path()) {
				t.Errorf("%q became %q, then %q: %v", query, s.Query, again.Query, err)
			}
			_, err = matching.DeleteSearch(ctx, tx, s.ID)
			return err
		})
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
	})
}
