package site

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/web"
	"karvan/matching"
)

// SearchesPage is the page "account/searches".
type SearchesPage struct {
	Rows    []KeptSearch
	Most    int              // how many an account may keep
	Deleted *matching.Search // one that was deleted just now and can be brought back
	Form    *web.FormView    // what was wrong with a name
	At      string           // id of the search whose name it was, "" for a new one
	Query   string           // of a new one
}

// KeptSearch is a search in the list of those kept.
type KeptSearch struct {
	matching.Search
	New   int // what was published since it was seen
	Total int
	Feeds []Feed
}

// Keeping is what the partial "keep" shows: a button that keeps the list for who
// is signed in, the feed for visitors.
type Keeping struct {
	SignedIn bool
	Query    string // address of the list without the language
	Name     string // what it is to be called
	Feed     Feed
}

// keeping offers to keep the list of this page.
func (s *Site) keeping(r *http.Request, l List) Keeping {
	v := r.URL.Query()
	v.Del("cursor")
	k := Keeping{SignedIn: web.Actor(r).SignedIn(), Query: r.URL.Path, Name: s.nameOf(r, l)}
	if len(v) > 0 {
		k.Query += "?" + v.Encode()
	}
	if len(l.Feeds) > 0 {
		k.Feed = l.Feeds[0]
	}
	return k
}

// nameOf names a list by the words and the values it is narrowed to.
func (s *Site) nameOf(r *http.Request, l List) string {
	parts := []string{}
	if l.Words != "" {
		parts = append(parts, l.Words)
	}
	for _, f := range l.Facets {
		for _, v := range f.Values {
			if v.Chosen {
				parts = append(parts, v.Label)
			}
		}
	}
	if len(parts) == 0 {
		parts = append(parts, s.Web.Printer(r).T("searches.everything"))
	}
	name := []rune(strings.Join(parts, " · "))
	return string(name[:min(len(name), 100)])
}

func (s *Site) searches(w http.ResponseWriter, r *http.Request) error {
	return s.searchesPage(w, r, http.StatusOK, SearchesPage{})
}

// searchesPage shows the searches of who is signed in. page has what a form left
// behind.
func (s *Site) searchesPage(w http.ResponseWriter, r *http.Request, status int, page SearchesPage) error {
	page.Most = matching.MaxSearches
	account := web.Actor(r).Account
	var kept []matching.Search
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if kept, err = matching.SearchesOf(ctx, tx, account); err != nil {
			return err
		}
		undo := r.URL.Query().Get("deleted")
		if undo == "" || len(undo) > 26 {
			return nil
		}
		deleted, err := matching.DeletedSearch(ctx, tx, account, undo)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		page.Deleted = &deleted
		return err
	})
	if err != nil {
		return err
	}
	for _, k := range kept {
		page.Rows = append(page.Rows, s.keptSearch(r, k))
	}
	return s.Web.Page(w, r, status, "account/searches", page)
}

// keptSearch counts what a search finds, and what of that is new.
func (s *Site) keptSearch(r *http.Request, k matching.Search) KeptSearch {
	row := KeptSearch{Search: k}
	list := r.Clone(r.Context())
	path, raw, _ := strings.Cut(k.Query, "?")
	list.URL = &url.URL{Path: path, RawQuery: raw}
	row.Feeds = feeds(list, path)
	q, err := s.queryOf(list)
	if err != nil { // what was kept once may be refused by a newer version
		return row
	}
	q = counting(q)
	row.Total = s.Index.Search(q).Total
	after := map[string]time.Time{"published": k.SeenAt.Add(time.Microsecond)}
	for attr, t := range q.After {
		after[attr] = t
	}
	q.After = after
	row.New = s.Index.Search(q).Total
	return row
}

// queryOf reads the address of a list that can be kept.
func (s *Site) queryOf(list *http.Request) (matching.Query, error) {
	if list.URL.Path == "/catalogue" {
		return s.catalogueQuery(list)
	}
	q, _, err := s.searchQuery(list)
	return q, err
}

func searchNameField() web.Field {
	return web.Field{Name: "name", Type: "text", Label: "searches.name", Required: true, Max: 120}
}

func (s *Site) searchSave(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r, s.Limits.Form)
	if err != nil {
		return err
	}
	query := form.Text("query")
	var kept matching.Search
	err = s.DB.Write(r.Context(), web.Actor(r), func(tx *db.Tx) (err error) {
		kept, err = matching.SaveSearch(r.Context(), tx, form.Text("name"), query)
		return err
	})
	switch f := fault.Of(err); {
	case err == nil:
	case f.Code == fault.Invalid && f.Field == "name":
		return s.searchesPage(w, r, http.StatusUnprocessableEntity, SearchesPage{Form: s.Web.FormView(r, form.Values, err, searchNameField()), Query: query})
	default:
		return err
	}
	s.Web.Flash(w, r, "searches.saved", "name", kept.Name)
	return web.SeeOther(w, r, "/account/searches")
}

// searchDo does to a search what the button pressed says.
func (s *Site) searchDo(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r, s.Limits.Form)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	var k matching.Search
	verb := form.Choice("verb", "open", "rename", "delete", "restore")
	form.Need("verb")
	if err := form.Err(); err != nil {
		return err
	}
	err = s.DB.Write(r.Context(), web.Actor(r), func(tx *db.Tx) (err error) {
		switch ctx := r.Context(); verb {
		case "open":
			k, err = matching.MarkSeen(ctx, tx, id)
		case "rename":
			err = matching.RenameSearch(ctx, tx, id, form.Text("name"))
		case "delete":
			k, err = matching.DeleteSearch(ctx, tx, id)
		case "restore":
			k, err = matching.RestoreSearch(ctx, tx, id)
		}
		return err
	})
	if verb == "rename" && fault.Is(err, fault.Invalid) {
		return s.searchesPage(w, r, http.StatusUnprocessableEntity, SearchesPage{Form: s.Web.FormView(r, form.Values, err, searchNameField()), At: id})
	}
	if err != nil {
		return err
	}
	return s.afterSearch(w, r, verb, k)
}

// afterSearch says what was done and leads on.
func (s *Site) afterSearch(w http.ResponseWriter, r *http.Request, verb string, k matching.Search) error {
	to := web.URL(r, "/account/searches")
	switch verb {
	case "open":
		to = "/" + string(web.Lang(r)) + k.Query
	case "rename":
		s.Web.Flash(w, r, "searches.renamed")
	case "delete":
		s.Web.Flash(w, r, "searches.deleted", "name", k.Name)
		to += "?" + url.Values{"deleted": {k.ID}}.Encode()
	case "restore":
		s.Web.Flash(w, r, "searches.restored", "name", k.Name)
	}
	w.Header().Set("Cache-Control", "private, no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}
