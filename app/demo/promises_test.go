package demo_test

import (
	"testing"

	"karvan/commitments"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/meetings"
	"karvan/record"

	"karvan/app/demo"
)

// The three points of 2022-02-18 are commitments in the words of the readout,
// and nothing is said of them that nobody reported.
func TestTheThreeAgreedPointsAreCommitments(t *testing.T) {
	byID := map[id.ID]*record.Record{}
	var promises []*record.Record
	for _, r := range world(t) {
		byID[r.ID] = r
		switch r.Kind {
		case "commitment":
			promises = append(promises, r)
		case "report":
			t.Errorf("an invented report: %s", r.Text(r.Source, "title"))
		}
	}
	if len(promises) != 3 {
		t.Fatalf("%d commitments, want 3", len(promises))
	}
	for _, r := range promises {
		c := r.Body.(*commitments.Commitment)
		source := byID[c.Quote.Record]
		if source == nil || c.Event != demo.ID(node, "event", "2022-02-18-most-sco") {
			t.Errorf("%s quotes %s at %s", r.ID, c.Quote.Record, c.Event)
			continue
		}
		now, standing := c.Quote.In(source.Text(c.Quote.Lang, c.Quote.Field))
		if standing != meetings.Exact || now != *c.Quote {
			t.Errorf("%q is %s in its readout", c.Quote.Text, standing)
		}
		if canonical, err := source.Canonical(); err != nil || record.Digest(canonical) != c.Quote.Digest {
			t.Errorf("%s is quoted from another revision: %v", r.Text("en", "title"), err)
		}
		if c.Progress != commitments.Proposed || len(c.Steps) > 0 || c.Due != "" || c.Evidence == "" {
			t.Errorf("%s: %s after %d steps, due %q, evidence %q", r.Text("en", "title"), c.Progress, len(c.Steps), c.Due, c.Evidence)
		}
		if len(c.Obliged.Parties) != 1 || c.Obliged.Role != commitments.Secretariat {
			t.Errorf("%s binds %+v", r.Text("en", "title"), c.Obliged)
		}
		for _, tag := range lang.Interface {
			if r.Text(tag, "title") == "" || r.Text(tag, "note") == "" {
				t.Errorf("%s has no words in %s", r.ID, tag)
			}
		}
	}
}
