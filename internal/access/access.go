package access

import (
	"karvan/internal/fault"
	"karvan/internal/id"
)

// Role is what a person may be on a node.
type Role string

// The roles, from the least to the most.
const (
	Visitor     Role = "visitor"     // anybody, not signed in
	Member      Role = "member"      // acts for one organisation
	Focal       Role = "focal"       // national focal point: acts for one state
	Secretariat Role = "secretariat" // acts for a body
	Admin       Role = "admin"       // runs the node
	System      Role = "system"      // the node's own clock; nobody can sign in as it
)

// Roles lists the roles a request can have, in order.
var Roles = []Role{Visitor, Member, Focal, Secretariat, Admin}

// Grant gives a role within a scope: an organisation for a member, a state for
// a focal point, a body for the secretariat, nothing for an admin.
type Grant struct {
	Role  Role
	Scope id.ID
}

// Actor is who acts in a transaction.
type Actor struct {
	Account string  // the account's id; "" for a visitor
	Name    string  // what pages call them
	Grants  []Grant // what they may be; empty means visitor
	State   id.ID   // the state of the organisation they act for, when there is one
}

// Clock is the node itself, acting at an instant that a person approved.
var Clock = Actor{Account: "clock", Name: "clock", Grants: []Grant{{Role: System}}}

// Operator is whoever runs the command line on the node's own machine.
var Operator = Actor{Account: "operator", Name: "operator", Grants: []Grant{{Role: Admin}}}

// SignedIn reports whether there is an account.
func (a Actor) SignedIn() bool { return a.Account != "" }

// Has reports whether a has a role, in any scope.
func (a Actor) Has(r Role) bool {
	if r == Visitor {
		return true
	}
	for _, g := range a.Grants {
		if g.Role == r {
			return true
		}
	}
	return false
}

// Role is the highest role of a.
func (a Actor) Role() Role {
	best := Visitor
	rank := map[Role]int{Visitor: 0, Member: 1, Focal: 2, Secretariat: 3, Admin: 4, System: 5}
	for _, g := range a.Grants {
		if rank[g.Role] > rank[best] {
			best = g.Role
		}
	}
	return best
}

// Organisation is the organisation a acts for as a member, or "".
func (a Actor) Organisation() id.ID { return a.scope(Member) }

// Body is the body a acts for in the secretariat, or "".
func (a Actor) Body() id.ID { return a.scope(Secretariat) }

// Party is the state or body on whose behalf a acts, or "".
func (a Actor) Party() id.ID {
	if s := a.scope(Focal); s != "" {
		return s
	}
	if b := a.Body(); b != "" {
		return b
	}
	return a.State
}

func (a Actor) scope(r Role) id.ID {
	for _, g := range a.Grants {
		if g.Role == r {
			return g.Scope
		}
	}
	return ""
}

// Scope says how far a rule reaches.
type Scope string

// The scopes of a rule.
const (
	Anywhere        Scope = "anywhere"         // any object
	OwnOrganisation Scope = "own-organisation" // objects owned by the organisation acted for
	OwnState        Scope = "own-state"        // objects on behalf of the state acted for
	OwnBody         Scope = "own-body"         // objects on behalf of the body acted for
)

// Object is what a verb is about: who owns it and on whose behalf it stands.
type Object struct {
	Owner id.ID // an organisation, a state or a body
	Party id.ID // the state or body on whose behalf
}

// Rule lets a role do a verb within a scope.
type Rule struct {
	Verb  string
	Role  Role
	Scope Scope
}

// Policy is an area's table of rules.
type Policy []Rule

// Allows reports whether a may do verb to o.
func (p Policy) Allows(a Actor, verb string, o Object) bool {
	for _, r := range p {
		if r.Verb == verb && r.covers(a, o) {
			return true
		}
	}
	return false
}

func (r Rule) covers(a Actor, o Object) bool {
	if r.Role == Visitor {
		return true
	}
	for _, g := range a.Grants {
		if g.Role != r.Role {
			continue
		}
		switch r.Scope {
		case Anywhere:
			return true
		case OwnOrganisation:
			if g.Scope != "" && g.Scope == o.Owner {
				return true
			}
		case OwnState, OwnBody:
			if g.Scope != "" && (g.Scope == o.Party || g.Scope == o.Owner) {
				return true
			}
		}
	}
	return false
}

// Check is nil when a may do verb to o; otherwise it fails with
// [fault.Unauthenticated] for a visitor whom signing in might help, or
// [fault.Forbidden].
func (p Policy) Check(a Actor, verb string, o Object) error {
	if p.Allows(a, verb, o) {
		return nil
	}
	if !a.SignedIn() {
		return fault.New(fault.Unauthenticated, "fault.sign-in-first")
	}
	return fault.New(fault.Forbidden, "fault.forbidden").With("verb", verb)
}

// Could reports whether a might do verb to something: whether to show the
// button that starts a new thing.
func (p Policy) Could(a Actor, verb string) bool {
	for _, r := range p {
		if r.Verb == verb && a.Has(r.Role) {
			return true
		}
	}
	return false
}
