package site

import (
	"context"
	"net/http"
	"time"

	"karvan/internal/db"
	"karvan/internal/journal"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/matching/engine"
	"karvan/people"
	"karvan/record"
)

// AdminPage is the page "admin/admin": how the node stands.
type AdminPage struct {
	Node     string // domain under which the node makes identifiers
	Engine   string // of the database
	Version  string
	Journal  int64 // the last place in the journal
	Index    int64 // the place the index has followed
	Behind   int64
	Stats    engine.Stats
	States   []record.State // the columns of Kinds
	Kinds    []KindCount
	Accounts int
	Disabled int
}

// KindCount counts the records of a kind by the state of their newest revision.
type KindCount struct {
	Kind  string
	By    []int // in step with the states
	Total int
}

// AccountList is the page "admin/accounts".
type AccountList struct{ Rows []AccountRow }

// AccountRow is an account in the list.
type AccountRow struct {
	ID       string
	Login    string
	Name     string
	Lang     lang.Tag
	Disabled bool
	Seen     time.Time
	Roles    []RoleView
}

func (s *Site) admin(w http.ResponseWriter, r *http.Request) error {
	page := AdminPage{Node: s.Book.Node(), Engine: string(s.DB.Engine), Version: s.Node.Version, Index: s.Index.Position(), Stats: s.Index.Stats(), States: record.Lifecycle.States()}
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if page.Journal, err = journal.Last(ctx, tx); err != nil {
			return err
		}
		if page.Kinds, err = s.countKinds(ctx, tx, page.States); err != nil {
			return err
		}
		all, err := people.List(ctx, tx)
		for _, a := range all {
			page.Accounts++
			if a.Disabled {
				page.Disabled++
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	page.Behind = max(0, page.Journal-page.Index)
	return s.Web.Page(w, r, http.StatusOK, "admin/admin", page)
}

// countKinds counts from the database and not from the index, so that the two
// can be compared.
func (s *Site) countKinds(ctx context.Context, tx *db.Tx, states []record.State) ([]KindCount, error) {
	counts := map[string]map[record.State]int{}
	err := s.Book.Each(ctx, tx, func(h record.Head) error {
		if counts[h.Kind] == nil {
			counts[h.Kind] = map[record.State]int{}
		}
		counts[h.Kind][h.State]++
		return nil
	})
	if err != nil {
		return nil, err
	}
	var kinds []KindCount
	for _, k := range s.Book.Kinds() {
		c := KindCount{Kind: k.Name}
		for _, state := range states {
			c.By = append(c.By, counts[k.Name][state])
			c.Total += counts[k.Name][state]
		}
		kinds = append(kinds, c)
	}
	return kinds, nil
}

func (s *Site) accounts(w http.ResponseWriter, r *http.Request) error {
	var page AccountList
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		all, err := people.List(ctx, tx)
		if err != nil {
			return err
		}
		for _, a := range all {
			roles, err := s.roleViews(ctx, tx, web.Lang(r), a.Grants)
			if err != nil {
				return err
			}
			page.Rows = append(page.Rows, AccountRow{ID: a.ID, Login: a.Login, Name: a.Name, Lang: a.Lang, Disabled: a.Disabled, Seen: a.Seen, Roles: roles})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.Web.Page(w, r, http.StatusOK, "admin/accounts", page)
}
