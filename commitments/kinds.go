package commitments

import (
	"reflect"

	"karvan/internal/access"
	"karvan/internal/fault"
	"karvan/record"
)

// Kinds lists the kinds of records of this area, for app to register.
func Kinds() []*record.Kind {
	return []*record.Kind{
		{
			Name: "commitment", New: func() record.Body { return &Commitment{Progress: Proposed} }, Policy: Policy, Guard: guard,
			Texts: []record.TextField{
				{Name: "title", Max: 200, Required: true},
				{Name: "note", Max: 3000, Lines: true},
			},
			Refs: refs, Features: features,
		},
		{
			Name: "report", New: func() record.Body { return &Report{} }, Policy: ReportPolicy, Guard: guardReport,
			Texts: []record.TextField{
				{Name: "title", Max: 200, Required: true},
				{Name: "note", Max: 6000, Lines: true},
			},
			Refs: reportRefs, Features: reportFeatures,
		},
	}
}

// guard keeps what only the verbs of this package change, and what was adopted,
// from being edited.
func guard(a access.Actor, old, next *record.Record) error {
	c := next.Body.(*Commitment)
	before := &Commitment{Progress: Proposed}
	if old != nil {
		before = old.Body.(*Commitment)
	}
	if c.Progress != before.Progress || !reflect.DeepEqual(c.Steps, before.Steps) || c.Successor != before.Successor {
		return fault.New(fault.Forbidden, "commitment.by-verb")
	}
	same := c.Type == before.Type && c.Due == before.Due && reflect.DeepEqual(c.Obliged, before.Obliged) && reflect.DeepEqual(c.Quote, before.Quote)
	if c.Progress != Proposed && !same && !Policy.Allows(a, "amend", next.Object()) {
		return fault.New(fault.Forbidden, "commitment.adopted-already")
	}
	return nil
}

// guardReport keeps what a published report says happened from being turned
// into something else: another report says that.
func guardReport(_ access.Actor, old, next *record.Record) error {
	if old == nil || old.Published.IsZero() {
		return nil
	}
	before, now := old.Body.(*Report), next.Body.(*Report)
	if before.Says != now.Says || before.Commitment != now.Commitment || before.State != now.State {
		return fault.New(fault.Forbidden, "commitment.report-stands")
	}
	return nil
}
