package app_test

import (
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"karvan/app/demo"
	"karvan/internal/access"
	"karvan/internal/id"
	"karvan/people"
	"karvan/site"

	"karvan/internal/db"
)

var update = flag.Bool("update", false, "write the golden files anew")

// roles are the demo accounts that the walk signs in as, one a role, the visitor
// first.
var roles = []string{"", "member-cn", "focal-cn", "secretariat", "admin"}

// fill puts real values into the parameters of a pattern.
func fill(n *node, pattern string) string {
	ulid := func(kind, key string) string { return demo.ID(n.app.Book.Node(), kind, key).ULID() }
	ref := ""
	switch {
	case strings.HasPrefix(pattern, "/vocabulary/"):
		return strings.Replace(pattern, "{id}", "drip-irrigation", 1)
	case strings.HasPrefix(pattern, "/board/"):
		ref = ulid("announcement", "most-2022")
	case strings.HasPrefix(pattern, "/events/"):
		ref = ulid("event", "2022-02-18-most-sco")
	case strings.HasPrefix(pattern, "/bodies/"):
		ref = ulid("body", "sco")
	case strings.HasPrefix(pattern, "/organisations/"):
		ref = ulid("organisation", "zh-org-1")
	case strings.HasPrefix(pattern, "/persons/"):
		ref = ulid("person", "zhang-ming")
	case strings.HasPrefix(pattern, "/commitments/"):
		ref = ulid("commitment", "2022-02-18-people-to-people")
	case strings.HasPrefix(pattern, "/reports/"):
		ref = id.New(n.app.Book.Node(), "report", time.Unix(0, 0)).ULID() // the demo world invents no results, so there is none
	case strings.HasPrefix(pattern, "/catalogue/"):
		ref = ulid("offer", "zh-001")
	}
	return strings.NewReplacer("{$}", "", "{ref}", ref, "{rev}", "1", "{section}", "basics", "{code}", "CN", "{id}", "01ARZ3NDEKTSV4RRFFQ69G5FAV").Replace(pattern)
}

// TestEveryRouteForEveryRole walks every route with every role. What the policy
// tables refuse must be refused (a visitor is sent to sign in), what they allow
// must not be, and the whole table of answers is kept in testdata so that a
// change of policy shows in a diff.
func TestEveryRouteForEveryRole(t *testing.T) {
	n := ownNode(t, "")
	actors := map[string]access.Actor{}
	err := n.app.DB.Read(t.Context(), func(tx *db.Tx) error {
		all, err := people.List(t.Context(), tx)
		for _, a := range all {
			actors[a.Login] = a.Actor()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	fmt.Fprintf(&table, "%-6s %-42s %s\n", "", "", strings.Join([]string{"visitor", "member", "focal", "secretariat", "admin"}, " "))
	clients := map[string]*client{}
	for _, route := range n.app.Site.Routes() {
		fmt.Fprintf(&table, "%-6s %-42s", route.Method, route.Pattern)
		for _, login := range roles {
			res := ask(t, n, clients, login, route)
			fmt.Fprintf(&table, " %d", res.status)
			refused := res.status == http.StatusForbidden || res.status == http.StatusUnauthorized ||
				res.status == http.StatusSeeOther && strings.Contains(res.header.Get("Location"), "/sign-in")
			allowed := route.Policy == nil && !route.SignIn || route.SignIn && login != "" || route.Policy != nil && route.Policy.Could(actors[login], route.Verb)
			if !allowed && !refused {
				t.Errorf("%s %s as %q: %d, want a refusal", route.Method, route.Pattern, login, res.status)
			}
			if res.status >= 500 {
				t.Errorf("%s %s as %q: %d", route.Method, route.Pattern, login, res.status)
			}
		}
		table.WriteByte('\n')
	}
	const golden = "testdata/routes.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if table.String() != string(want) {
		t.Errorf("routes × roles differ from %s; run with -update and read the diff\n%s", golden, table.String())
	}
}

// ask asks for a route as somebody. Forms are sent without content, so that they
// change nothing; signing out gets a session of its own to end.
func ask(t *testing.T, n *node, people map[string]*client, login string, route site.Route) answer {
	t.Helper()
	c := people[login]
	if c == nil || route.Pattern == "/sign-out" {
		c = n.as(t, login)
	}
	if route.Pattern != "/sign-out" {
		people[login] = c
	}
	path := "/en" + fill(n, route.Pattern)
	if route.Method == http.MethodPost {
		return c.post(path, url.Values{})
	}
	return c.get(path)
}
