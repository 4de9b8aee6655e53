package web

import (
	"net/http"
	"time"

	"karvan/internal/access"
	"karvan/internal/lang"
)

// View is what every template gets.
type View struct {
	Page      any      // the handler's own data
	Name      string   // the name of the page, "board/list"
	Lang      lang.Tag // the interface language
	Dir       string   // its writing direction
	Path      string   // the path without the language
	Query     Query    // the query, and links that change it
	Actor     access.Actor
	Person    Person
	Zone      *time.Location
	Globals   any
	Flash     *Notice // what the last form has done, shown once
	Status    int
	RequestID string
	BaseURL   string
	Now       time.Time
	P         *lang.Printer
}

// Notice is a message that is shown once, on the page after a form.
type Notice struct{ Text string }

// Alternates lists this page in every interface language.
func (v *View) Alternates() []Alternate {
	out := make([]Alternate, 0, len(lang.Interface))
	for _, t := range lang.Interface {
		q := v.Query
		q.lang = t
		out = append(out, Alternate{Lang: t, URL: q.String()})
	}
	return out
}

// Canonical is the address of this page for the world, in this language.
func (v *View) Canonical() string { return v.BaseURL + v.Query.String() }

// view gathers what templates get.
func (k *Kit) view(r *http.Request, status int, name string, data any) *View {
	t := Lang(r)
	v := &View{
		Page: data, Name: name, Lang: t, Dir: t.Dir(), Path: r.URL.Path, Query: QueryOf(r),
		Zone: Zone(r), Status: status, BaseURL: k.cfg.BaseURL, Now: k.cfg.DB.Now(), P: k.Printer(r),
	}
	if s := stateOf(r); s != nil {
		v.Actor, v.Person, v.RequestID, v.Path = s.actor, s.person, s.id, s.path
	}
	if k.cfg.Globals != nil {
		v.Globals = k.cfg.Globals(r)
	}
	return v
}
