package meetings_test

import (
	"strings"
	"testing"
	"testing/quick"
	"unicode/utf8"

	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/meetings"
	"karvan/record"
)

func readout(key string, texts map[string]string) *record.Record {
	r := &record.Record{ID: id.Derive("n.example", "announcement", key), Kind: "announcement", Source: "en", Texts: map[string]record.Version{}}
	for tag, text := range texts {
		r.Texts[tag] = record.Version{Provenance: record.Original, Fields: map[string]string{"body": text}}
	}
	return r
}

// quote marks the first place where words stand in a text.
func quote(r *record.Record, tag lang.Tag, words string) meetings.Quote {
	text := r.Text(tag, "body")
	start := utf8.RuneCountInString(text[:strings.Index(text, words)])
	return meetings.Quote{Readout: r.ID, Lang: tag, Rev: 1, Start: start, End: start + utf8.RuneCountInString(words), Text: words}
}

func TestAnchor(t *testing.T) {
	marked := meetings.Quote{Start: 4, End: 7, Text: "new"}
	for _, c := range []struct {
		name, text string
		standing   meetings.Standing
		start      int
	}{
		{"the same text", "the new way", meetings.Exact, 4},
		{"words before it were added", "and the new way", meetings.Moved, 8},
		{"the nearest of several is meant", "new, new", meetings.Moved, 5},
		{"the words are gone", "the old way", meetings.Lost, 4},
		{"the text is gone", "", meetings.Lost, 4},
		{"characters count, not bytes", "一二三四五new", meetings.Moved, 5},
		{"the text ends before the place", "new", meetings.Moved, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, standing := meetings.Anchor(marked, c.text)
			if standing != c.standing || q.Start != c.start || q.End != c.start+3 || q.Text != "new" {
				t.Errorf("%s at %d–%d, want %s at %d", standing, q.Start, q.End, c.standing, c.start)
			}
		})
	}
}

// Whatever is put before and after it, a quote is found again where it stands,
// and anchoring it again changes nothing.
func TestAnchorFindsWhatIsThere(t *testing.T) {
	check := func(before, words, after, added string) bool {
		if words == "" || !utf8.ValidString(before+words+after+added) {
			return true
		}
		start := utf8.RuneCountInString(before)
		q := meetings.Quote{Start: start, End: start + utf8.RuneCountInString(words), Text: words}
		text := added + before + words + after
		now, standing := meetings.Anchor(q, text)
		runes := []rune(text)
		if standing == meetings.Lost || string(runes[now.Start:now.End]) != words {
			return false
		}
		again, standing := meetings.Anchor(now, text)
		return standing == meetings.Exact && again == now
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
}

func FuzzAnchor(f *testing.F) {
	f.Add("the new way", "new", 4, 7)
	f.Add("", "", -1, 1<<40)
	f.Fuzz(func(t *testing.T, text, words string, start, end int) {
		q, standing := meetings.Anchor(meetings.Quote{Start: start, End: end, Text: words}, text)
		runes := []rune(text)
		if standing != meetings.Lost && (q.Start < 0 || q.End > len(runes)) {
			t.Fatalf("%s at %d–%d of %d characters", standing, q.Start, q.End, len(runes))
		}
		if standing == meetings.Lost && (q.Start != start || q.End != end) {
			t.Fatal("a lost quote lost its old place")
		}
	})
}

func TestCompare(t *testing.T) {
	a := readout("a", map[string]string{"en": "mechanisms and platforms", "zh": "机制与平台"})
	b := readout("b", map[string]string{"en": "mechanisms and directions"})
	e := &meetings.Event{Points: []meetings.Point{
		{Kind: "theme", Labels: map[string]string{"en": "platforms"}, Quotes: []meetings.Quote{quote(a, "zh", "平台")}},
		{Kind: "theme", Labels: map[string]string{"en": "mechanisms"}, Quotes: []meetings.Quote{quote(a, "en", "mechanisms"), quote(a, "zh", "机制"), quote(b, "en", "mechanisms")}},
		{Kind: "statement", Labels: map[string]string{"en": "directions"}, Quotes: []meetings.Quote{quote(b, "en", "directions")}},
		{Kind: "theme", Labels: map[string]string{"en": "unmarked"}},
		{Kind: "theme", Labels: map[string]string{"en": "elsewhere"}, Quotes: []meetings.Quote{{Readout: id.Derive("n.example", "announcement", "c"), Lang: "en", Start: 0, End: 1, Text: "x"}}},
	}}
	both := []*record.Record{a, b}
	c := meetings.Compare(e, both, "en")
	var order []string
	for _, row := range c.Rows {
		order = append(order, row.Labels["en"])
	}
	if got := strings.Join(order, " "); got != "mechanisms unmarked elsewhere platforms directions" {
		t.Errorf("rows %s", got)
	}
	only := map[string]int{"mechanisms": -1, "unmarked": -1, "elsewhere": -1, "platforms": 0, "directions": 1}
	for _, row := range c.Rows {
		if row.Only != only[row.Labels["en"]] {
			t.Errorf("%s: only in %d", row.Labels["en"], row.Only)
		}
	}
	if got := len(c.Rows[0].By[0]); got != 1 {
		t.Errorf("an English reader is shown %d quotes of the first readout", got)
	}
	if zh := meetings.Compare(e, both, "zh"); zh.Rows[0].By[0][0].Text != "机制" || zh.Rows[0].By[1][0].Lang != "en" {
		t.Errorf("a Chinese reader is shown %+v", zh.Rows[0].By)
	}

	a.Texts["en"].Fields["body"] = "platforms" // a correction took the words away
	c = meetings.Compare(e, both, "en")
	if c.Lost != 1 || c.Rows[0].By[0][0].Standing != meetings.Lost || c.Rows[0].Only != -1 {
		t.Errorf("after the correction: %d lost, %+v", c.Lost, c.Rows[0])
	}
}

// However many readouts and quotes there are, every point stands in one row, and
// "only" holds exactly when one readout has quotes of it.
func TestCompareCountsEveryPointOnce(t *testing.T) {
	readouts := []*record.Record{readout("a", map[string]string{"en": "x"}), readout("b", map[string]string{"en": "x"}), readout("c", map[string]string{"en": "x"})}
	check := func(masks []uint8) bool {
		e := &meetings.Event{}
		wantOnly := map[string]int{}
		for i, mask := range masks {
			p := meetings.Point{Kind: "theme", Labels: map[string]string{"en": string(rune('a' + i))}}
			only, n := -1, 0
			for j, r := range readouts {
				if mask&(1<<j) != 0 {
					p.Quotes = append(p.Quotes, quote(r, "en", "x"))
					only, n = j, n+1
				}
			}
			if n != 1 {
				only = -1
			}
			wantOnly[p.Labels["en"]] = only
			e.Points = append(e.Points, p)
		}
		c := meetings.Compare(e, readouts, "en")
		seen := map[string]bool{}
		for _, row := range c.Rows {
			seen[row.Labels["en"]] = true
			if row.Only != wantOnly[row.Labels["en"]] {
				return false
			}
		}
		return len(c.Rows) == len(masks) && len(seen) == len(masks) && c.Lost == 0
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
}

func TestEventsThatAreWrong(t *testing.T) {
	person, post := id.Derive("n.example", "person", "p"), id.Derive("n.example", "post", "p")
	good := meetings.Quote{Readout: id.Derive("n.example", "announcement", "a"), Lang: "en", Rev: 1, End: 1, Text: "x"}
	for _, c := range []struct {
		name  string
		event meetings.Event
		draft bool
		ok    bool
	}{
		{"an event known to the year", meetings.Event{From: "2021"}, false, true},
		{"a draft without a date", meetings.Event{}, true, true},
		{"no date", meetings.Event{}, false, false},
		{"a date that is none", meetings.Event{From: "2021-02-30"}, false, false},
		{"an end before the beginning", meetings.Event{From: "2021-03-02", To: "2021-03-01"}, false, false},
		{"a participant in a post", meetings.Event{From: "2021", Participants: []meetings.Participant{{Person: person, Post: post}}}, false, true},
		{"a participant without a post", meetings.Event{From: "2021", Participants: []meetings.Participant{{Person: person}}}, false, false},
		{"a point with a quote", meetings.Event{From: "2021", Points: []meetings.Point{{Kind: "agreed", Labels: map[string]string{"en": "x"}, Quotes: []meetings.Quote{good}}}}, false, true},
		{"a kind of point nobody knows", meetings.Event{From: "2021", Points: []meetings.Point{{Kind: "gossip", Labels: map[string]string{"en": "x"}}}}, false, false},
		{"a quote that ends before it begins", meetings.Event{From: "2021", Points: []meetings.Point{{Kind: "theme", Labels: map[string]string{"en": "x"},
			Quotes: []meetings.Quote{{Readout: good.Readout, Lang: "en", Rev: 1, Start: 5, End: 5, Text: "x"}}}}}, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.event.Validate(nil, c.draft); (err == nil) != c.ok {
				t.Errorf("Validate: %v", err)
			}
		})
	}
}
