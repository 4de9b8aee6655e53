package commitments

import (
	"slices"

	"karvan/internal/access"
	"karvan/internal/fault"
	"karvan/internal/id"
)

// Policy says who may do what with commitments. The secretariat and the focal
// points record them, the secretariat adopts them. The verbs of those who are
// bound ("accept", "start", "report-done", "reopen") are asked about each obliged
// party, see [Commitment.May]; so is that whoever verifies or contests is not one
// of them.
var Policy = access.Policy{
	{Verb: "create", Role: access.Focal, Scope: access.OwnState},
	{Verb: "create", Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: "read-draft", Role: access.Focal, Scope: access.OwnState},
	{Verb: "read-draft", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "read-draft", Role: access.Admin, Scope: access.Anywhere},
	{Verb: "edit", Role: access.Focal, Scope: access.OwnState},
	{Verb: "edit", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "amend", Role: access.Secretariat, Scope: access.Anywhere}, // to edit what was adopted
	{Verb: "anchor", Role: access.Focal, Scope: access.OwnState},      // to follow a quote to its place in a corrected text
	{Verb: "anchor", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "submit", Role: access.Focal, Scope: access.OwnState},
	{Verb: "submit", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "return", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "publish", Role: access.Focal, Scope: access.OwnState},
	{Verb: "publish", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "withdraw", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "discard", Role: access.Focal, Scope: access.OwnState},
	{Verb: "discard", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "erase", Role: access.Admin, Scope: access.Anywhere},

	{Verb: Adopt, Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: Accept, Role: access.Focal, Scope: access.OwnState},
	{Verb: Accept, Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: Start, Role: access.Focal, Scope: access.OwnState},
	{Verb: Start, Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: ReportDone, Role: access.Focal, Scope: access.OwnState},
	{Verb: ReportDone, Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: Reopen, Role: access.Focal, Scope: access.OwnState},
	{Verb: Reopen, Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: Verify, Role: access.Focal, Scope: access.Anywhere},
	{Verb: Verify, Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: Contest, Role: access.Focal, Scope: access.Anywhere},
	{Verb: Contest, Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: Supersede, Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: Lapse, Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: Drop, Role: access.Secretariat, Scope: access.Anywhere},
}

// ReportPolicy says who may do what with reports: those of a state are its
// focal point's, those of a secretariat that secretariat's, and nobody else's.
var ReportPolicy = access.Policy{
	{Verb: "create", Role: access.Focal, Scope: access.OwnState},
	{Verb: "create", Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: "read-draft", Role: access.Focal, Scope: access.OwnState},
	{Verb: "read-draft", Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: "edit", Role: access.Focal, Scope: access.OwnState},
	{Verb: "edit", Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: "submit", Role: access.Focal, Scope: access.OwnState},
	{Verb: "submit", Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: "publish", Role: access.Focal, Scope: access.OwnState},
	{Verb: "publish", Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: "withdraw", Role: access.Focal, Scope: access.OwnState},
	{Verb: "withdraw", Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: "discard", Role: access.Focal, Scope: access.OwnState},
	{Verb: "discard", Role: access.Secretariat, Scope: access.OwnBody},
	{Verb: "erase", Role: access.Admin, Scope: access.Anywhere},
}

// bound are the verbs of those who are bound by a promise, judging those of
// somebody who is not.
var (
	bound   = []string{Accept, Start, ReportDone, Reopen}
	judging = []string{Verify, Contest}
)

// May gives the party for which a takes a step now, obliged being who is bound
// ([Obliged.Named]). It fails when the table has no such step, or the policy or
// what the person stands for says no. [Take] asks besides which account did what.
func (c *Commitment) May(a access.Actor, verb string, obliged []id.ID) (by id.ID, err error) {
	if _, err := Flow.Next(c.Progress, verb); err != nil {
		return "", err
	}
	switch {
	case slices.Contains(bound, verb):
		return c.mayAsBound(a, verb, obliged)
	case slices.Contains(judging, verb):
		if err := Policy.Check(a, verb, access.Object{}); err != nil {
			return "", err
		}
		if standsFor(a, obliged) {
			return "", fault.New(fault.Forbidden, "commitment.own-promise")
		}
		if verb == Verify && !c.allDone(obliged) {
			return "", fault.New(fault.Conflict, "commitment.not-all-done")
		}
		return a.Party(), nil
	}
	return a.Body(), Policy.Check(a, verb, access.Object{})
}

// mayAsBound finds the obliged party for which a takes a step that each of them
// takes for itself.
func (c *Commitment) mayAsBound(a access.Actor, verb string, obliged []id.ID) (id.ID, error) {
	if len(obliged) == 0 {
		return "", fault.New(fault.Conflict, "commitment.nobody-named")
	}
	refusal := Policy.Check(a, verb, access.Object{})
	for _, p := range obliged {
		if !Policy.Allows(a, verb, access.Object{Party: p}) {
			continue
		}
		switch {
		case verb == Accept && c.did(Accept, p):
			refusal = fault.New(fault.Conflict, "commitment.accepted-already")
		case verb != Accept && !c.did(Accept, p):
			refusal = fault.New(fault.Conflict, "commitment.accept-first")
		case verb == ReportDone && slices.Contains(c.DoneBy(), p):
			refusal = fault.New(fault.Conflict, "commitment.done-already")
		default:
			return p, nil
		}
	}
	return "", refusal
}

// standsFor reports whether a holds any role for one of the parties, or belongs
// to it.
func standsFor(a access.Actor, obliged []id.ID) bool {
	if a.State != "" && slices.Contains(obliged, a.State) {
		return true
	}
	return slices.ContainsFunc(a.Grants, func(g access.Grant) bool { return g.Scope != "" && slices.Contains(obliged, g.Scope) })
}

// did reports whether a party took a step.
func (c *Commitment) did(verb string, party id.ID) bool {
	return slices.ContainsFunc(c.Steps, func(s Step) bool { return s.Verb == verb && s.By == party })
}

// DoneBy lists the parties that report it done and have not been contested, or
// taken it back, since.
func (c *Commitment) DoneBy() []id.ID {
	var done []id.ID
	for _, s := range c.Steps {
		switch s.Verb {
		case ReportDone:
			done = append(done, s.By)
		case Contest, Reopen:
			done = nil
		}
	}
	return done
}

func (c *Commitment) allDone(obliged []id.ID) bool {
	done := c.DoneBy()
	return len(done) > 0 && !slices.ContainsFunc(obliged, func(p id.ID) bool { return !slices.Contains(done, p) })
}
