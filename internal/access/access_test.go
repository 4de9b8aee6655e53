package access_test

import (
	"testing"

	"karvan/internal/access"
	"karvan/internal/fault"
	"karvan/internal/id"
)

const (
	orgA   = id.ID("n.example/organisation/01ARZ3NDEKTSV4RRFFQ69G5FAA")
	orgB   = id.ID("n.example/organisation/01ARZ3NDEKTSV4RRFFQ69G5FAB")
	stateA = id.ID("n.example/state/01ARZ3NDEKTSV4RRFFQ69G5FAC")
	stateB = id.ID("n.example/state/01ARZ3NDEKTSV4RRFFQ69G5FAD")
)

var policy = access.Policy{
	{Verb: "read", Role: access.Visitor, Scope: access.Anywhere},
	{Verb: "edit", Role: access.Member, Scope: access.OwnOrganisation},
	{Verb: "publish", Role: access.Focal, Scope: access.OwnState},
	{Verb: "erase", Role: access.Admin, Scope: access.Anywhere},
}

func TestPolicyFollowsRoleAndScope(t *testing.T) {
	member := access.Actor{Account: "m", Grants: []access.Grant{{access.Member, orgA}}}
	focal := access.Actor{Account: "f", Grants: []access.Grant{{access.Focal, stateA}}}
	unbound := access.Actor{Account: "u", Grants: []access.Grant{{Role: access.Member}}}
	for _, c := range []struct {
		name  string
		actor access.Actor
		verb  string
		on    access.Object
		want  fault.Code
	}{
		{"a visitor may read", access.Actor{}, "read", access.Object{}, ""},
		{"a visitor is asked to sign in", access.Actor{}, "edit", access.Object{Owner: orgA}, fault.Unauthenticated},
		{"a member edits what the organisation owns", member, "edit", access.Object{Owner: orgA}, ""},
		{"a member does not edit another's", member, "edit", access.Object{Owner: orgB}, fault.Forbidden},
		{"a member bound to nothing owns nothing", unbound, "edit", access.Object{}, fault.Forbidden},
		{"a focal point publishes for its state", focal, "publish", access.Object{Party: stateA}, ""},
		{"a focal point does not publish for another state", focal, "publish", access.Object{Party: stateB}, fault.Forbidden},
		{"a verb nobody listed is refused to an admin too", access.Operator, "launder", access.Object{}, fault.Forbidden},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := policy.Check(c.actor, c.verb, c.on)
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if !fault.Is(err, c.want) {
				t.Fatalf("got %v, want %s", err, c.want)
			}
		})
	}
}
