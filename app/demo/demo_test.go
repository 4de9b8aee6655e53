package demo_test

import (
	"context"
	"testing"
	"time"

	"karvan/announcements"
	"karvan/catalogue"
	"karvan/commitments"
	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/testkit"
	"karvan/meetings"
	"karvan/parties"
	"karvan/record"

	"karvan/app/demo"
)

const node = "demo.example"

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func world(t *testing.T) []*record.Record {
	t.Helper()
	records, err := demo.Records(node, now)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func kinds() (all []*record.Kind) {
	for _, k := range [][]*record.Kind{parties.Kinds(), announcements.Kinds(), meetings.Kinds(), commitments.Kinds(), catalogue.Kinds()} {
		all = append(all, k...)
	}
	return all
}

func TestEveryRecordOfTheDemoWorldIsValidAndKept(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		book := record.NewBook(node, kinds()...)
		ctx := context.Background()
		err := d.Write(ctx, access.Operator, func(tx *db.Tx) error {
			for _, r := range world(t) {
				canonical, err := r.Canonical()
				if err != nil {
					return err
				}
				in, err := book.Receive(canonical)
				if err != nil {
					t.Errorf("%s %s: %v", r.Kind, r.Text(r.Source, "title"), err)
					continue
				}
				if _, err := book.Import(ctx, tx, in); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestMembershipComesOutAsTheSourcesSay(t *testing.T) {
	var sco *parties.Body
	for _, r := range world(t) {
		if r.ID == demo.ID(node, "body", "sco") {
			sco = r.Body.(*parties.Body)
		}
	}
	summit, err := time.Parse(time.DateOnly, "2022-02-18")
	if err != nil {
		t.Fatal(err)
	}
	if got := parties.ChairOn(sco, summit); got != demo.ID(node, "state", "UZ") {
		t.Errorf("presided on 2022-02-18: %s, want Uzbekistan", got)
	}
	for _, c := range []struct {
		day, category string
		want          int
	}{
		{"2016-01-01", "member", 6}, {"2018-01-01", "member", 8}, {"2022-02-18", "member", 8}, {"2023-07-05", "member", 9}, {"2024-07-05", "member", 10},
		{"2025-09-02", "partner", 17}, {"2025-09-02", "observer", 0}, {"2025-09-02", "dialogue-partner", 0}, {"2025-09-02", "member", 10},
	} {
		day, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, m := range parties.Members(sco, day) {
			if m.Category == c.category {
				n++
			}
		}
		if n != c.want {
			t.Errorf("%s on %s: %d, want %d", c.category, c.day, n, c.want)
		}
		for _, k := range parties.CategoriesOn(sco, day) {
			if c.want == 0 && k.Key == c.category {
				t.Errorf("category %s exists on %s", c.category, c.day)
			}
		}
	}
}

func TestTheTwoReadoutsSayWhatOnlyOneSays(t *testing.T) {
	var event *meetings.Event
	byID := map[id.ID]*record.Record{}
	for _, r := range world(t) {
		byID[r.ID] = r
		if r.ID == demo.ID(node, "event", "2022-02-18-most-sco") {
			event = r.Body.(*meetings.Event)
		}
	}
	most, secretariat := byID[demo.ID(node, "announcement", "most-2022")], byID[demo.ID(node, "announcement", "sco-secretariat-2022")]
	if announcements.Out(most) != "2022-02-28" || announcements.Out(secretariat) != "2022-02-23" {
		t.Fatalf("published %s and %s", announcements.Out(most), announcements.Out(secretariat))
	}
	for _, t_ := range lang.Interface {
		c := meetings.Compare(event, []*record.Record{secretariat, most}, t_)
		var both, onlySecretariat, onlyMost int
		for _, row := range c.Rows {
			switch row.Only {
			case 0:
				onlySecretariat++
			case 1:
				onlyMost++
			default:
				both++
			}
			if row.Only >= 0 && len(row.By[row.Only]) == 0 {
				t.Errorf("%s: %q has no quote to show", t_, row.Labels["en"])
			}
		}
		if both == 0 || onlySecretariat == 0 || onlyMost == 0 || c.Lost > 0 {
			t.Errorf("%s: %d in both, %d and %d in one, %d lost", t_, both, onlySecretariat, onlyMost, c.Lost)
		}
	}
}

func TestSamplesAreManyVariedAndMarked(t *testing.T) {
	perLanguage := map[lang.Tag]int{}
	total, titles := 0, map[string]bool{}
	for _, r := range world(t) {
		if r.Kind != "offer" && r.Kind != "need" {
			continue
		}
		total++
		perLanguage[r.Source]++
		if !r.Sample {
			t.Errorf("%s is not marked as a sample", r.Text(r.Source, "title"))
		}
		if title := r.Text(r.Source, "title"); titles[title] {
			t.Errorf("two profiles are called %q", title)
		} else {
			titles[title] = true
		}
	}
	if total < 240 {
		t.Errorf("%d sample profiles, want at least 240", total)
	}
	for _, tag := range lang.Content {
		if perLanguage[tag] < 12 {
			t.Errorf("%d profiles in %s", perLanguage[tag], tag)
		}
	}
}

func TestMakeFillsAnEmptyNodeOnceAndTellsTheStory(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		book := record.NewBook(node, kinds()...)
		n, made, err := demo.Make(ctx, d, book)
		if err != nil || !made {
			t.Fatalf("Make: %d, %v, %v", n, made, err)
		}
		states := map[record.State]int{}
		var records int
		err = d.Read(ctx, func(tx *db.Tx) error {
			return book.Each(ctx, tx, func(h record.Head) error {
				records++
				states[h.State]++
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		if records != n || states[record.Withdrawn] != 1 || states[record.Scheduled] != 1 || states[record.Submitted] != 2 {
			t.Errorf("%d records of %d, states %v", records, n, states)
		}
		if _, made, err := demo.Make(ctx, d, book); err != nil || made {
			t.Errorf("a second Make: %v, %v", made, err)
		}
	})
}
