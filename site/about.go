package site

import (
	"net/http"
	"slices"

	"karvan/internal/access"
	"karvan/people"
	"karvan/record"
)

// AboutRules is the page "about/rules": the tables that decide, as they are in
// the program.
type AboutRules struct {
	Policies []PolicyTable
	Roles    []access.Role // the columns of each
	States   []StateRow
	FourEyes []string // kinds that nobody publishes alone
}

// PolicyTable is the policy of one or more kinds of records.
type PolicyTable struct {
	Kinds []string // none for accounts
	Rows  []PolicyRow
}

// PolicyRow says who may do a verb: the scopes of each role, none for a role
// that may not.
type PolicyRow struct {
	Verb   string
	Scopes [][]access.Scope
}

// StateRow is a state of the life cycle and where each verb leads from it.
type StateRow struct {
	State  record.State
	Public bool
	Steps  []StepView
}

// StepView is one step of the life cycle.
type StepView struct {
	Verb string
	To   record.State
}

// AboutData is the page "about/data".
type AboutData struct {
	Feeds []AboutFeed
}

// AboutFeed is a list that programs can follow.
type AboutFeed struct {
	List  string // "board", "events", "catalogue", "organisations"
	Feeds []Feed
}

func (s *Site) about(w http.ResponseWriter, r *http.Request) error {
	return s.Web.Page(w, r, http.StatusOK, "about/about", nil)
}

func (s *Site) aboutData(w http.ResponseWriter, r *http.Request) error {
	var page AboutData
	for _, list := range []string{"board", "events", "commitments", "catalogue", "organisations"} {
		page.Feeds = append(page.Feeds, AboutFeed{list, feeds(r, "/"+list)})
	}
	return s.Web.Page(w, r, http.StatusOK, "about/data", page)
}

func (s *Site) aboutRules(w http.ResponseWriter, r *http.Request) error {
	page := AboutRules{Roles: access.Roles[1:]}
	var policies []access.Policy
	for _, k := range s.Book.Kinds() {
		if k.FourEyes {
			page.FourEyes = append(page.FourEyes, k.Name)
		}
		at := slices.IndexFunc(policies, func(p access.Policy) bool { return slices.Equal(p, k.Policy) })
		if at < 0 {
			at = len(policies)
			policies = append(policies, k.Policy)
			page.Policies = append(page.Policies, policyTable(k.Policy, page.Roles))
		}
		page.Policies[at].Kinds = append(page.Policies[at].Kinds, k.Name)
	}
	page.Policies = append(page.Policies, policyTable(people.Policy, page.Roles))
	page.States = lifecycle()
	return s.Web.Page(w, r, http.StatusOK, "about/rules", page)
}

// policyTable turns rules into rows of verbs, in the order of the rules.
func policyTable(policy access.Policy, roles []access.Role) PolicyTable {
	var t PolicyTable
	for _, rule := range policy {
		at := slices.IndexFunc(t.Rows, func(row PolicyRow) bool { return row.Verb == rule.Verb })
		if at < 0 {
			at = len(t.Rows)
			t.Rows = append(t.Rows, PolicyRow{Verb: rule.Verb, Scopes: make([][]access.Scope, len(roles))})
		}
		if column := slices.Index(roles, rule.Role); column >= 0 {
			t.Rows[at].Scopes[column] = append(t.Rows[at].Scopes[column], rule.Scope)
		}
	}
	return t
}

// lifecycle gives the life of a record, state by state in the order of a life.
func lifecycle() []StateRow {
	var rows []StateRow
	for _, state := range []record.State{record.Draft, record.Submitted, record.Returned, record.Scheduled, record.Published, record.Suspended, record.Expired, record.Withdrawn, record.Erased} {
		row := StateRow{State: state, Public: state.Public()}
		for _, step := range record.Lifecycle {
			if step.From == state {
				row.Steps = append(row.Steps, StepView{step.Verb, step.To})
			}
		}
		rows = append(rows, row)
	}
	return rows
}
