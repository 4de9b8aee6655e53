package parties

import "karvan/internal/access"

// Policy says who may do what with states, bodies, posts and holders of office:
// the secretariat keeps them, since they are the same for everybody.
var Policy = access.Policy{
	{Verb: "create", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "create", Role: access.Admin, Scope: access.Anywhere},
	{Verb: "read-draft", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "read-draft", Role: access.Admin, Scope: access.Anywhere},
	{Verb: "edit", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "edit", Role: access.Admin, Scope: access.Anywhere},
	{Verb: "submit", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "submit", Role: access.Admin, Scope: access.Anywhere},
	{Verb: "return", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "publish", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "publish", Role: access.Admin, Scope: access.Anywhere},
	{Verb: "withdraw", Role: access.Secretariat, Scope: access.Anywhere},
	{Verb: "discard", Role: access.Secretariat, Scope: access.Anywhere},
}

// OrganisationPolicy says who may do what with organisations: a member keeps
// the record of its own, the focal point those of its state.
var OrganisationPolicy = access.Policy{
	{Verb: "create", Role: access.Focal, Scope: access.OwnState},
	{Verb: "create", Role: access.Admin, Scope: access.Anywhere},
	{Verb: "read-draft", Role: access.Member, Scope: access.OwnOrganisation},
	{Verb: "read-draft", Role: access.Focal, Scope: access.OwnState},
	{Verb: "read-draft", Role: access.Admin, Scope: access.Anywhere},
	{Verb: "edit", Role: access.Member, Scope: access.OwnOrganisation},
	{Verb: "edit", Role: access.Focal, Scope: access.OwnState},
	{Verb: "edit", Role: access.Admin, Scope: access.Anywhere},
	{Verb: "submit", Role: access.Member, Scope: access.OwnOrganisation},
	{Verb: "submit", Role: access.Focal, Scope: access.OwnState},
	{Verb: "submit", Role: access.Admin, Scope: access.Anywhere},
	{Verb: "return", Role: access.Focal, Scope: access.OwnState},
	{Verb: "publish", Role: access.Focal, Scope: access.OwnState},
	{Verb: "publish", Role: access.Admin, Scope: access.Anywhere},
	{Verb: "withdraw", Role: access.Focal, Scope: access.OwnState},
	{Verb: "discard", Role: access.Focal, Scope: access.OwnState},
}
