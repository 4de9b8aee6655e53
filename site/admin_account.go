package site

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/parties"
	"karvan/people"
	"karvan/record"
)

// AccountEdit is the page "admin/account": a new account, or one to change.
type AccountEdit struct {
	ID       string // "" for a new one
	Login    string
	Form     *web.FormView
	Password *web.FormView // to give an account a new one; nil for a new account
	Search   string        // what organisations were looked for
	Found    int           // how many organisations that is
	More     []RoleView    // roles beside the one the form shows; they stay as they are
}

// roles are what an admin may give, from the least to the most.
var roles = []access.Role{access.Member, access.Focal, access.Secretariat, access.Admin}

// organisationsMost bounds the organisations to choose from; a search narrows
// them.
const organisationsMost = 50

func (s *Site) accountNew(w http.ResponseWriter, r *http.Request) error {
	a := people.Account{Lang: web.Lang(r), Zone: web.Zone(r).String()}
	return s.accountPage(w, r, http.StatusOK, &a, nil, nil, nil)
}

func (s *Site) accountEdit(w http.ResponseWriter, r *http.Request) error {
	a, err := s.accountOf(r)
	if err != nil {
		return err
	}
	return s.accountPage(w, r, http.StatusOK, &a, nil, nil, nil)
}

// accountOf loads the account that the path names.
func (s *Site) accountOf(r *http.Request) (a people.Account, err error) {
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		a, err = people.Get(ctx, tx, r.PathValue("id"))
		return err
	})
	return a, err
}

// accountPage shows the form of an account with what was typed and what was
// wrong with it.
func (s *Site) accountPage(w http.ResponseWriter, r *http.Request, status int, a *people.Account, values url.Values, wrong, password error) error {
	page := AccountEdit{ID: a.ID, Login: a.Login, Search: clip(r.FormValue("organisations"), 200)}
	var fields []web.Field
	if a.ID == "" {
		fields = append(fields, web.Field{Name: "login", Type: "text", Label: "account.login", Hint: "admin.login-hint", Value: a.Login, Required: true, Max: 200, Auto: "off"})
	}
	fields = append(fields, web.Field{Name: "name", Type: "text", Label: "account.name", Value: a.Name, Required: true, Max: 120, Auto: "off"}, langField(a.Lang), zoneField(a.Zone))
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		scopes, found, err := s.scopeFields(ctx, tx, web.Lang(r), a, page.Search)
		page.Found = found
		fields = append(fields, scopes...)
		if err != nil || len(a.Grants) < 2 {
			return err
		}
		page.More, err = s.roleViews(ctx, tx, web.Lang(r), a.Grants[1:])
		return err
	})
	if err != nil {
		return err
	}
	if a.ID == "" {
		fields = append(fields, passwordField(), repeatField())
	} else {
		tick := web.Field{Name: "disabled", Type: "checkbox", Label: "admin.disabled", Hint: "admin.disabled-hint"}
		if a.Disabled {
			tick.Value = "yes"
		}
		fields = append(fields, tick)
		page.Password = s.Web.FormView(r, nil, password, passwordField(), repeatField())
	}
	page.Form = s.Web.FormView(r, values, wrong, fields...)
	return s.Web.Page(w, r, status, "admin/account", page)
}

// scopeFields ask for the role and for what it is held: an organisation for a
// member, a state for a focal point, a body for the secretariat.
func (s *Site) scopeFields(ctx context.Context, tx *db.Tx, reader lang.Tag, a *people.Account, search string) ([]web.Field, int, error) {
	var grant access.Grant
	if len(a.Grants) > 0 {
		grant = a.Grants[0].Grant
	}
	chosen := func(role access.Role) string {
		if grant.Role == role {
			return string(grant.Scope)
		}
		return ""
	}
	role := web.Field{Name: "role", Type: "radio", Label: "admin.role", Value: string(grant.Role), Required: true}
	for _, one := range roles {
		role.Options = append(role.Options, web.Option{Value: string(one), Label: "role." + string(one)})
	}
	options := func(q matching.Query, keep string) ([]web.Option, int, error) {
		found, records, err := s.Index.Records(ctx, tx, q)
		if err != nil {
			return nil, 0, err
		}
		if keep != "" && !slices.ContainsFunc(records, func(rec *record.Record) bool { return string(rec.ID) == keep }) {
			held, err := s.Book.Many(ctx, tx, []record.Ref{{ID: id.ID(keep)}})
			if err != nil {
				return nil, 0, err
			}
			records = append(held, records...)
		}
		all := []web.Option{{Label: "form.choose"}}
		for _, rec := range records {
			n := s.named(rec, reader, s.Now())
			all = append(all, web.Option{Value: string(rec.ID), Text: n.Text, Lang: n.Lang})
		}
		return all, found.Total, nil
	}
	byName := []engine.Sort{{By: "name." + string(reader)}}
	organisation := web.Field{Name: "organisation", Type: "select", Label: "admin.organisation", Hint: "admin.organisation-hint", Value: chosen(access.Member)}
	state := web.Field{Name: "state", Type: "select", Label: "admin.state", Hint: "admin.state-hint", Value: chosen(access.Focal)}
	body := web.Field{Name: "body", Type: "select", Label: "admin.body", Hint: "admin.body-hint", Value: chosen(access.Secretariat)}
	var total int
	var err error
	if organisation.Options, total, err = options(matching.Query{Kinds: []string{"organisation"}, Fixed: inLists, Words: search, Sort: byName, Limit: organisationsMost}, organisation.Value); err != nil {
		return nil, 0, err
	}
	if state.Options, _, err = options(matching.Query{Kinds: []string{"state"}, Fixed: inLists, Sort: byName, Limit: statesMost}, state.Value); err != nil {
		return nil, 0, err
	}
	if body.Options, _, err = options(matching.Query{Kinds: []string{"body"}, Fixed: inLists, Sort: byName, Limit: bodiesMost}, body.Value); err != nil {
		return nil, 0, err
	}
	return []web.Field{role, organisation, state, body}, total, nil
}

func (s *Site) accountCreate(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r, s.Limits.Form)
	if err != nil {
		return err
	}
	a := people.Account{Login: form.Text("login")}
	if form.Has("find") {
		return s.accountPage(w, r, http.StatusOK, &a, form.Values, nil, nil)
	}
	err = s.fillAccount(r, form, &a)
	if wrong := newPassword(form, a.Login); wrong != nil {
		form.Merge(err)
		form.Merge(wrong)
		err = form.Err()
	}
	if err == nil {
		var hash string
		if hash, err = people.Hash(form.Secret("password")); err == nil {
			err = s.DB.Write(r.Context(), web.Actor(r), func(tx *db.Tx) error { return people.Create(r.Context(), tx, &a, hash) })
		}
	}
	if err != nil {
		a.ID = ""
		return s.accountAgain(w, r, &a, form, err, nil)
	}
	s.Web.Flash(w, r, "admin.created", "login", a.Login)
	return web.SeeOther(w, r, "/admin/accounts")
}

// accountAgain shows the form again when a person can put right what is wrong.
func (s *Site) accountAgain(w http.ResponseWriter, r *http.Request, a *people.Account, form *web.Form, wrong, password error) error {
	err := wrong
	if err == nil {
		err = password
	}
	f := fault.Of(err)
	if f.Code != fault.Invalid && f.Code != fault.Conflict {
		return err
	}
	values := form.Values
	if password != nil {
		values = nil
	}
	return s.accountPage(w, r, f.Code.Status(), a, values, wrong, password)
}

// fillAccount reads the form of an account. The state of a member's organisation
// is kept beside the grant, so that acting needs no look-up.
func (s *Site) fillAccount(r *http.Request, form *web.Form, a *people.Account) error {
	a.Name, a.Lang, a.Zone, a.Disabled = form.Text("name"), lang.Tag(form.Text("lang")), form.Text("zone"), form.Has("disabled")
	field := map[access.Role]string{access.Member: "organisation", access.Focal: "state", access.Secretariat: "body"}
	role := access.Role(form.Text("role"))
	if !slices.Contains(roles, role) {
		return fault.New(fault.Invalid, "code.unknown").At("role")
	}
	g := people.Grant{Grant: access.Grant{Role: role}}
	if kind := field[role]; kind != "" {
		scope := id.ID(form.Text(kind))
		if scope == "" {
			return fault.New(fault.Invalid, "account.scope-needed").At(kind)
		}
		if scope.Kind() != kind {
			return fault.New(fault.Invalid, "id.invalid").At(kind)
		}
		g.Scope = scope
		err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
			rec, err := s.Book.Public(ctx, tx, scope)
			if err != nil {
				return fault.New(fault.Invalid, "id.invalid").At(kind).Because(err)
			}
			switch b := rec.Body.(type) {
			case *parties.Organisation:
				g.State = b.State
			case *parties.State:
				g.State = rec.ID
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	if len(a.Grants) > 0 { // the form shows the first; further ones stay as they are
		a.Grants = slices.DeleteFunc(slices.Clone(a.Grants[1:]), func(have people.Grant) bool { return have.Grant == g.Grant })
	}
	a.Grants = append([]people.Grant{g}, a.Grants...)
	return nil
}

func (s *Site) accountUpdate(w http.ResponseWriter, r *http.Request) error {
	a, err := s.accountOf(r)
	if err != nil {
		return err
	}
	form, err := web.ParseForm(r, s.Limits.Form)
	if err != nil {
		return err
	}
	switch {
	case form.Has("find"):
		return s.accountPage(w, r, http.StatusOK, &a, form.Values, nil, nil)
	case form.Has("reset"):
		return s.resetPassword(w, r, &a, form)
	}
	if err = s.fillAccount(r, form, &a); err == nil {
		err = s.DB.Write(r.Context(), web.Actor(r), func(tx *db.Tx) error { return people.Update(r.Context(), tx, &a) })
	}
	if err != nil {
		return s.accountAgain(w, r, &a, form, err, nil)
	}
	s.Web.Flash(w, r, "admin.changed", "login", a.Login)
	return web.SeeOther(w, r, "/admin/accounts")
}

// resetPassword gives an account a password that its person has to be told.
func (s *Site) resetPassword(w http.ResponseWriter, r *http.Request, a *people.Account, form *web.Form) error {
	err := newPassword(form, a.Login)
	if err == nil {
		var hash string
		if hash, err = people.Hash(form.Secret("password")); err == nil {
			err = s.DB.Write(r.Context(), web.Actor(r), func(tx *db.Tx) error { return people.SetPassword(r.Context(), tx, a.ID, hash) })
		}
	}
	if err != nil {
		return s.accountAgain(w, r, a, form, nil, err)
	}
	s.Web.Flash(w, r, "admin.password-reset", "login", a.Login)
	return web.SeeOther(w, r, "/admin/accounts")
}
