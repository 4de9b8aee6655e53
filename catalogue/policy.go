package catalogue

import "karvan/internal/access"

// Policy says who may do what with offers and needs: members keep those of their
// organisation, the national focal point those of its state, and either may
// publish; a review before publishing is the state's choice and comes with the
// desk that does it.
var Policy = access.Policy{
	{Verb: "create", Role: access.Member, Scope: access.OwnOrganisation},
	{Verb: "create", Role: access.Focal, Scope: access.OwnState},
	{Verb: "read-draft", Role: access.Member, Scope: access.OwnOrganisation},
	{Verb: "read-draft", Role: access.Focal, Scope: access.OwnState},
	{Verb: "edit", Role: access.Member, Scope: access.OwnOrganisation},
	{Verb: "edit", Role: access.Focal, Scope: access.OwnState},
	{Verb: "submit", Role: access.Member, Scope: access.OwnOrganisation},
	{Verb: "submit", Role: access.Focal, Scope: access.OwnState},
	{Verb: "return", Role: access.Focal, Scope: access.OwnState},
	{Verb: "publish", Role: access.Member, Scope: access.OwnOrganisation},
	{Verb: "publish", Role: access.Focal, Scope: access.OwnState},
	{Verb: "confirm", Role: access.Member, Scope: access.OwnOrganisation},
	{Verb: "confirm", Role: access.Focal, Scope: access.OwnState},
	{Verb: "renew", Role: access.Member, Scope: access.OwnOrganisation},
	{Verb: "renew", Role: access.Focal, Scope: access.OwnState},
	{Verb: "suspend", Role: access.Member, Scope: access.OwnOrganisation},
	{Verb: "suspend", Role: access.Focal, Scope: access.OwnState},
	{Verb: "resume", Role: access.Member, Scope: access.OwnOrganisation},
	{Verb: "resume", Role: access.Focal, Scope: access.OwnState},
	{Verb: "withdraw", Role: access.Member, Scope: access.OwnOrganisation},
	{Verb: "withdraw", Role: access.Focal, Scope: access.OwnState},
	{Verb: "discard", Role: access.Member, Scope: access.OwnOrganisation},
	{Verb: "discard", Role: access.Focal, Scope: access.OwnState},
	{Verb: "answer", Role: access.Member, Scope: access.OwnOrganisation}, // to a match: whoever may edit the record
	{Verb: "answer", Role: access.Focal, Scope: access.OwnState},
	{Verb: "erase", Role: access.Admin, Scope: access.Anywhere},
}
