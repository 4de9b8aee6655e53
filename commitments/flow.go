package commitments

import "karvan/internal/flow"

// Progress is how far a commitment has come.
type Progress string

// The stages of a commitment.
const (
	Proposed   Progress = "proposed"      // somebody reads a promise in a text
	Adopted    Progress = "adopted"       // the secretariat holds it to be one
	Accepted   Progress = "accepted"      // an obliged state took it on
	InProgress Progress = "in-progress"   // it says that work began
	Reported   Progress = "reported-done" // it says that it is done
	Contested  Progress = "contested"     // somebody else says that it is not
	Verified   Progress = "verified-done" // somebody else says so too
	Superseded Progress = "superseded"    // another commitment took its place
	Lapsed     Progress = "lapsed"        // its time passed without it
	Withdrawn  Progress = "withdrawn"     // it is no longer meant
)

// Stages lists them in the order in which pages name them.
var Stages = []Progress{Proposed, Adopted, Accepted, InProgress, Reported, Contested, Verified, Superseded, Lapsed, Withdrawn}

// The verbs of a commitment's progress.
const (
	Adopt      = "adopt"
	Accept     = "accept"
	Start      = "start"
	ReportDone = "report-done"
	Verify     = "verify"
	Contest    = "contest"
	Reopen     = "reopen"
	Supersede  = "supersede"
	Lapse      = "lapse"
	Drop       = "drop"
)

// Flow is the life of a promise. Several parties may be bound by one, so each
// accepts it and reports it done for itself.
var Flow = flow.Table[Progress]{
	{From: Proposed, Verb: Adopt, To: Adopted},
	{From: Proposed, Verb: Drop, To: Withdrawn},
	{From: Adopted, Verb: Accept, To: Accepted},
	{From: Accepted, Verb: Accept, To: Accepted},
	{From: InProgress, Verb: Accept, To: InProgress},
	{From: Accepted, Verb: Start, To: InProgress},
	{From: Accepted, Verb: ReportDone, To: Reported},
	{From: InProgress, Verb: ReportDone, To: Reported},
	{From: Reported, Verb: ReportDone, To: Reported},
	{From: Contested, Verb: ReportDone, To: Reported},
	{From: Reported, Verb: Verify, To: Verified},
	{From: Reported, Verb: Contest, To: Contested},
	{From: Reported, Verb: Reopen, To: InProgress},
	{From: Contested, Verb: Reopen, To: InProgress},
	{From: Adopted, Verb: Supersede, To: Superseded},
	{From: Accepted, Verb: Supersede, To: Superseded},
	{From: InProgress, Verb: Supersede, To: Superseded},
	{From: Contested, Verb: Supersede, To: Superseded},
	{From: Adopted, Verb: Lapse, To: Lapsed},
	{From: Accepted, Verb: Lapse, To: Lapsed},
	{From: InProgress, Verb: Lapse, To: Lapsed},
	{From: Contested, Verb: Lapse, To: Lapsed},
	{From: Adopted, Verb: Drop, To: Withdrawn},
	{From: Accepted, Verb: Drop, To: Withdrawn},
	{From: InProgress, Verb: Drop, To: Withdrawn},
	{From: Contested, Verb: Drop, To: Withdrawn},
}

// Final reports whether nothing follows.
func (p Progress) Final() bool { return len(Flow.Verbs(p)) == 0 }

// Open reports whether something remains to be done.
func (p Progress) Open() bool { return !p.Final() && p != Reported }
