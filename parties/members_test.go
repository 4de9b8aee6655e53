package parties_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
	"testing/quick"
	"time"

	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/parties"
)

// seed is what the demo world says of its parties. Its states are named by code.
type seed struct {
	States []struct {
		Code  string        `json:"code"`
		Names parties.Names `json:"names"`
		Order int           `json:"order"`
	} `json:"states"`
	Bodies []struct {
		Key string `json:"key"`
		parties.Body
	} `json:"bodies"`
}

func readSeed(t *testing.T) seed {
	t.Helper()
	data, err := os.ReadFile("../app/demo/parties.json")
	if err != nil {
		t.Fatal(err)
	}
	var s seed
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s seed) body(t *testing.T, key string) *parties.Body {
	t.Helper()
	for i := range s.Bodies {
		if s.Bodies[i].Key == key {
			return &s.Bodies[i].Body
		}
	}
	t.Fatalf("the seed has no body %s", key)
	return nil
}

func day(s string) time.Time { return parties.Date(s).First() }

// counts gives how many states there are in each category on a day.
func counts(b *parties.Body, on time.Time) map[string]int {
	n := map[string]int{}
	for _, m := range parties.Members(b, on) {
		n[m.Category]++
	}
	return n
}

// The numbers a news item may get wrong: an article of October 2024 still spoke
// of eight members.
func TestMembersOfTheSeedAsAtDates(t *testing.T) {
	sco := readSeed(t).body(t, "sco")
	for _, c := range []struct {
		date                                   string
		members, observers, dialogue, partners int
	}{
		{"2001-06-14", 0, 0, 0, 0},
		{"2001-06-15", 6, 0, 0, 0},
		{"2017-06-08", 6, 6, 6, 0},
		{"2017-06-09", 8, 4, 6, 0},
		{"2022-02-18", 8, 4, 6, 0},
		{"2023-07-04", 9, 3, 14, 0},
		{"2024-07-03", 9, 3, 14, 0},
		{"2024-07-04", 10, 2, 14, 0},
		{"2024-10-16", 10, 2, 14, 0},
		{"2025-08-31", 10, 2, 14, 0},
		{"2025-09-01", 10, 0, 0, 17},
		{"2026-03-01", 10, 0, 0, 17},
	} {
		t.Run(c.date, func(t *testing.T) {
			got := counts(sco, day(c.date))
			if got["member"] != c.members || got["observer"] != c.observers || got["dialogue-partner"] != c.dialogue || got["partner"] != c.partners {
				t.Errorf("%v, want %d members, %d observers, %d dialogue partners, %d partners", got, c.members, c.observers, c.dialogue, c.partners)
			}
		})
	}
}

func TestAStateHasOneStandingADay(t *testing.T) {
	s := readSeed(t)
	for _, b := range s.Bodies {
		for on := day("2001-01-01"); on.Before(day("2027-01-01")); on = on.AddDate(0, 0, 7) {
			seen := map[id.ID]bool{}
			for _, m := range parties.Members(&b.Body, on) {
				if seen[m.State] {
					t.Fatalf("%s: %s has two standings on %s", b.Key, m.State, on.Format(time.DateOnly))
				}
				seen[m.State] = true
			}
		}
	}
}

func TestStatusOfTheSeed(t *testing.T) {
	sco := readSeed(t).body(t, "sco")
	for _, c := range []struct{ state, date, want string }{
		{"BY", "2009-12-31", ""}, {"BY", "2010-06-01", "dialogue-partner"}, {"BY", "2015-06-01", "observer"}, {"BY", "2024-07-04", "member"},
		{"IN", "2017-06-08", "observer"}, {"IN", "2017-06-09", "member"}, {"IR", "2023-07-03", "observer"}, {"IR", "2023-07-04", "member"},
		{"MN", "2025-08-31", "observer"}, {"MN", "2025-09-01", "partner"}, {"KZ", "2001-06-15", "member"}, {"LA", "2025-09-01", "partner"},
	} {
		if got := parties.StatusOn(sco, id.ID(c.state), day(c.date)); got != c.want {
			t.Errorf("%s on %s is %q, want %q", c.state, c.date, got, c.want)
		}
	}
}

func TestChairsOfTheSeed(t *testing.T) {
	chs := readSeed(t).body(t, "sco-chs")
	for date, want := range map[string]string{"2025-08-31": "CN", "2025-09-01": "KG", "1999-01-01": ""} {
		if got := parties.ChairOn(chs, day(date)); string(got) != want {
			t.Errorf("on %s %q presides, want %q", date, got, want)
		}
	}
}

func TestNamesAsAtADate(t *testing.T) {
	for _, s := range readSeed(t).States {
		if s.Code != "TR" {
			continue
		}
		for date, want := range map[string]string{"2022-05-31": "Turkey", "2022-06-01": "Türkiye"} {
			if got := s.Names.On("en", day(date)); got.Name != want {
				t.Errorf("on %s it is %q, want %q", date, got.Name, want)
			}
		}
		return
	}
	t.Fatal("the seed lacks Türkiye")
}

func TestAReaderAlwaysGetsAName(t *testing.T) {
	s := readSeed(t)
	for _, state := range s.States {
		for _, reader := range []string{"en", "zh", "ru", "fa", "kk", "ta"} {
			if n := state.Names.On(lang.Tag(reader), day("2022-02-18")); n.Name == "" || n.Lang == "" {
				t.Errorf("%s has no name for a reader of %s", state.Code, reader)
			}
		}
	}
	if n := (parties.Names{}).On("en", day("2022-02-18")); n != (parties.Name{}) {
		t.Errorf("no names give %+v", n)
	}
	past := parties.Names{{Lang: "en", Name: "Old", Period: parties.Period{To: "1991"}}}
	if n := past.On("en", day("2022-02-18")); n.Name != "Old" {
		t.Errorf("a name that ended gives %+v, want the last there was", n)
	}
}

func TestDates(t *testing.T) {
	for s, ok := range map[string]bool{"": true, "2004": true, "2004-06": true, "2004-06-17": true, "04": false, "2004-13": false, "2004-02-30": false,
		"2004-6-1": false, "2004/06/17": false, "20040617": false, "x004": false, "2004-06-17T00": false} {
		d, err := parties.ParseDate(s)
		if (err == nil) != ok {
			t.Errorf("ParseDate(%q) = %q, %v", s, d, err)
		}
	}
	if !day("2004").Equal(day("2004-01-01")) || !day("2004-06").Equal(day("2004-06-01")) || parties.Date("2004-06").Precise() || !parties.Date("2004-06-17").Precise() {
		t.Error("an imprecise date does not begin with its first day")
	}
}

func FuzzParseDate(f *testing.F) {
	f.Add("2022-02-18")
	f.Add("-004")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := parties.ParseDate(s)
		if err == nil && s != "" && (string(d) != s || d.First().Format("2006-01-02")[:len(s)] != s) {
			t.Fatalf("%q is read as %s", s, d.First())
		}
	})
}

func TestPeriods(t *testing.T) {
	for _, c := range []struct {
		name     string
		from, to parties.Date
		on       string
		want     bool
	}{
		{"the first day counts", "2001-06-15", "", "2001-06-15", true},
		{"the day before does not", "2001-06-15", "", "2001-06-14", false},
		{"the last day is the one before the end", "2001", "2025-09-01", "2025-08-31", true},
		{"the end does not count", "2001", "2025-09-01", "2025-09-01", false},
		{"no bounds hold always", "", "", "1066-10-14", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := (parties.Period{From: c.from, To: c.to}).Covers(day(c.on)); got != c.want {
				t.Errorf("Covers = %v", got)
			}
		})
	}
}

// The hour and the zone of a day do not matter, and a period and what follows it
// share no day and leave none out.
func TestPeriodsFollowEachOtherWithoutGap(t *testing.T) {
	check := func(offset int16, hour uint8) bool {
		border := day("2025-09-01")
		on := border.AddDate(0, 0, int(offset)).Add(time.Duration(hour%24) * time.Hour)
		before, after := parties.Period{To: "2025-09-01"}, parties.Period{From: "2025-09-01"}
		return before.Covers(on) != after.Covers(on)
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
}

func TestHeld(t *testing.T) {
	for _, c := range []struct {
		name   string
		tenure parties.Tenure
		on     string
		want   bool
	}{
		{"a day a source shows", parties.Tenure{On: []parties.Date{"2022-02-18"}}, "2022-02-18", true},
		{"the day after is not known", parties.Tenure{On: []parties.Date{"2022-02-18"}}, "2022-02-19", false},
		{"a period holds throughout", parties.Tenure{Period: parties.Period{From: "2022-01-01", To: "2025-01-01"}, On: []parties.Date{"2022-02-18"}}, "2024-05-05", true},
		{"a period ends", parties.Tenure{Period: parties.Period{From: "2022-01-01", To: "2025-01-01"}}, "2025-01-01", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.tenure.Held(day(c.on)); got != c.want {
				t.Errorf("Held = %v", got)
			}
		})
	}
}

func TestCategoriesOfTheSeed(t *testing.T) {
	sco := readSeed(t).body(t, "sco")
	for date, want := range map[string][]string{"2003-01-01": {"member"}, "2005-01-01": {"member", "observer"},
		"2010-01-01": {"member", "observer", "dialogue-partner"}, "2025-09-01": {"member", "partner"}} {
		var got []string
		for _, c := range parties.CategoriesOn(sco, day(date)) {
			got = append(got, c.Key)
		}
		if !slices.Equal(got, want) {
			t.Errorf("on %s the categories are %v, want %v", date, got, want)
		}
	}
}
