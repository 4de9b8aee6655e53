package record

import "karvan/internal/flow"

// State is where a record stands in its life.
type State string

// The states.
const (
	Draft     State = "draft"     // being written
	Submitted State = "submitted" // waits for a second person
	Returned  State = "returned"  // came back with a request
	Scheduled State = "scheduled" // approved, waits for its instant
	Published State = "published" // everybody reads it
	Suspended State = "suspended" // taken out of lists for a while, with a reason
	Expired   State = "expired"   // its validity ended; the owner may renew it
	Withdrawn State = "withdrawn" // taken back; the text and the reason stay
	Erased    State = "erased"    // content removed; only the digest stays
)

// Public reports whether visitors may read a revision in state s.
func (s State) Public() bool {
	switch s {
	case Published, Suspended, Expired, Withdrawn, Erased:
		return true
	}
	return false
}

// Lifecycle is the life of a public record. "revise" begins a change to what is
// published: the head becomes a draft and the public revision stays as it is.
var Lifecycle = flow.Table[State]{
	{From: Draft, Verb: "submit", To: Submitted},
	{From: Returned, Verb: "submit", To: Submitted},
	{From: Submitted, Verb: "return", To: Returned},
	{From: Submitted, Verb: "schedule", To: Scheduled},
	{From: Submitted, Verb: "publish", To: Published},
	{From: Scheduled, Verb: "publish", To: Published},
	{From: Scheduled, Verb: "return", To: Returned},
	{From: Published, Verb: "revise", To: Draft},
	{From: Expired, Verb: "revise", To: Draft},
	{From: Suspended, Verb: "revise", To: Draft},
	{From: Published, Verb: "confirm", To: Published},
	{From: Published, Verb: "suspend", To: Suspended},
	{From: Suspended, Verb: "resume", To: Published},
	{From: Published, Verb: "expire", To: Expired},
	{From: Expired, Verb: "renew", To: Published},
	{From: Published, Verb: "withdraw", To: Withdrawn},
	{From: Suspended, Verb: "withdraw", To: Withdrawn},
	{From: Expired, Verb: "withdraw", To: Withdrawn},
	{From: Draft, Verb: "discard", To: Erased},
	{From: Returned, Verb: "discard", To: Erased},
	{From: Published, Verb: "erase", To: Erased},
	{From: Suspended, Verb: "erase", To: Erased},
	{From: Expired, Verb: "erase", To: Erased},
	{From: Withdrawn, Verb: "erase", To: Erased},
}
