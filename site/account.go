package site

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/people"
)

// SignInPage is the page "account/sign-in".
type SignInPage struct {
	Form *web.FormView
	Next string // where to go afterwards, a path of this node
}

// AccountPage is the page "account/account".
type AccountPage struct {
	Login    string
	Name     string
	Seen     time.Time
	Roles    []RoleView
	Prefer   *web.FormView
	Password *web.FormView
}

// RoleView is a role with the name of its scope.
type RoleView struct {
	Role  string
	Scope Named
}

// signInLimits bound how often somebody may guess: under one login from one
// client, from one client whatever the login, and under one login from wherever.
type signInLimits struct{ pair, client, login *web.Limiter }

func newSignInLimits() *signInLimits {
	const keys = 20_000
	return &signInLimits{
		pair: web.NewLimiter(5, 5*time.Minute, keys), client: web.NewLimiter(60, 15*time.Minute, keys), login: web.NewLimiter(100, time.Hour, keys),
	}
}

// try counts an attempt. It fails with a fault that is answered with 429.
func (l *signInLimits) try(client, login string, now time.Time) error {
	if err := l.client.Try(client, now); err != nil {
		return err
	}
	if err := l.login.Try(login, now); err != nil {
		return err
	}
	return l.pair.Try(client+" "+login, now)
}

func (s *Site) signInPage(w http.ResponseWriter, r *http.Request) error {
	next := nextPath(r.URL.Query().Get("next"))
	if web.Actor(r).SignedIn() {
		return goOn(w, r, next)
	}
	return s.signInForm(w, r, http.StatusOK, next, nil, nil)
}

func (s *Site) signInForm(w http.ResponseWriter, r *http.Request, status int, next string, values url.Values, err error) error {
	form := s.Web.FormView(r, values, err,
		web.Field{Name: "login", Type: "text", Label: "account.login", Required: true, Auto: "username", Max: 200},
		web.Field{Name: "password", Type: "password", Label: "account.password", Required: true, Auto: "current-password", Max: people.MaxPassword})
	return s.Web.Page(w, r, status, "account/sign-in", SignInPage{Form: form, Next: next})
}

func (s *Site) signIn(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r, s.Limits.Form)
	if err != nil {
		return err
	}
	next, login := nextPath(form.Text("next")), strings.ToLower(clip(form.Text("login"), 200))
	limits, client := s.signIns(), s.Web.Client(r)
	if err := limits.try(client, login, s.Now()); err != nil {
		return err
	}
	account, err := people.SignIn(r.Context(), s.DB, login, form.Secret("password"))
	if fault.Is(err, fault.Unauthenticated) {
		return s.signInForm(w, r, http.StatusUnprocessableEntity, next, form.Values, err)
	}
	if err != nil {
		return err
	}
	limits.pair.Forget(client + " " + login)
	if err := s.Web.SignIn(w, r, account.Ticket()); err != nil {
		return err
	}
	s.Web.RememberLang(w, account.Lang)
	return goOn(w, r, next)
}

// nextPath is where to go after signing in: a path of this node, with its
// language, and "" for anything else or for the doors themselves.
func nextPath(s string) string {
	next := web.LocalPath(s)
	if len(next) > 2000 || next == "/" || strings.Contains(next, "/sign-") {
		return ""
	}
	return next
}

// goOn sends the reader to a path that carries its language already, else to
// their desk.
func goOn(w http.ResponseWriter, r *http.Request, next string) error {
	if next == "" {
		return web.SeeOther(w, r, "/desk")
	}
	w.Header().Set("Cache-Control", "private, no-store")
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

func (s *Site) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.Web.SignOut(w, r); err != nil {
		return err
	}
	s.Web.Flash(w, r, "account.signed-out")
	return web.SeeOther(w, r, "/")
}

func (s *Site) account(w http.ResponseWriter, r *http.Request) error {
	return s.accountForm(w, r, http.StatusOK, nil, nil, nil)
}

// accountForm shows a person's own account, with what was wrong with either of
// its forms.
func (s *Site) accountForm(w http.ResponseWriter, r *http.Request, status int, values url.Values, prefer, password error) error {
	var page AccountPage
	var own people.Account
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		if own, err = people.Get(ctx, tx, web.Actor(r).Account); err != nil {
			return err
		}
		page.Roles, err = s.roleViews(ctx, tx, web.Lang(r), own.Grants)
		return err
	})
	if err != nil {
		return err
	}
	page.Login, page.Name, page.Seen = own.Login, own.Name, own.Seen
	page.Prefer = s.Web.FormView(r, values, prefer, langField(own.Lang), zoneField(own.Zone))
	page.Password = s.Web.FormView(r, nil, password,
		web.Field{Name: "current", Type: "password", Label: "account.current-password", Required: true, Auto: "current-password", Max: people.MaxPassword},
		passwordField(), repeatField())
	return s.Web.Page(w, r, status, "account/account", page)
}

func langField(chosen lang.Tag) web.Field {
	f := web.Field{Name: "lang", Type: "select", Label: "account.lang", Value: string(chosen), Required: true}
	for _, t := range lang.Interface {
		f.Options = append(f.Options, web.Option{Value: string(t), Text: lang.Autonym(t), Lang: t})
	}
	return f
}

func passwordField() web.Field {
	return web.Field{Name: "password", Type: "password", Label: "account.new-password", Hint: "account.password-hint", Required: true, Auto: "new-password", Max: people.MaxPassword}
}

func repeatField() web.Field {
	return web.Field{Name: "repeat", Type: "password", Label: "account.repeat-password", Required: true, Auto: "new-password", Max: people.MaxPassword}
}

func (s *Site) roleViews(ctx context.Context, tx *db.Tx, reader lang.Tag, grants []people.Grant) ([]RoleView, error) {
	var scopes []id.ID
	for _, g := range grants {
		scopes = append(scopes, g.Scope)
	}
	names, err := s.names(ctx, tx, reader, s.Now(), scopes...)
	if err != nil {
		return nil, err
	}
	var views []RoleView
	for _, g := range grants {
		n, ok := names[g.Scope]
		if !ok {
			n = Named{Text: string(g.Scope)}
		}
		views = append(views, RoleView{Role: string(g.Role), Scope: n})
	}
	return views, nil
}

func (s *Site) accountSave(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r, s.Limits.Form)
	if err != nil {
		return err
	}
	language := lang.Tag(form.Text("lang"))
	err = s.DB.Write(r.Context(), web.Actor(r), func(tx *db.Tx) error {
		return people.Prefer(r.Context(), tx, string(language), form.Text("zone"))
	})
	if fault.Is(err, fault.Invalid) {
		return s.accountForm(w, r, http.StatusUnprocessableEntity, form.Values, err, nil)
	}
	if err != nil {
		return err
	}
	s.Web.RememberLang(w, language)
	s.Web.Flash(w, r, "account.saved")
	return web.SeeOther(w, r, "/account")
}

func (s *Site) accountPassword(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r, s.Limits.Form)
	if err != nil {
		return err
	}
	err = s.changePassword(r, form)
	switch f := fault.Of(err); {
	case err == nil:
	case f.Code == fault.Invalid:
		return s.accountForm(w, r, http.StatusUnprocessableEntity, nil, nil, err)
	case f.Code == fault.Unauthenticated:
		return s.accountForm(w, r, http.StatusUnprocessableEntity, nil, nil, fault.New(fault.Invalid, "account.wrong-current").At("current").Because(err))
	default:
		return err
	}
	// The new password ended every session of this account, this one too.
	var account people.Account
	err = s.read(r, func(ctx context.Context, tx *db.Tx) error {
		account, err = people.Get(ctx, tx, web.Actor(r).Account)
		return err
	})
	if err != nil {
		return err
	}
	if err := s.Web.SignIn(w, r, account.Ticket()); err != nil {
		return err
	}
	s.Web.Flash(w, r, "account.password-changed")
	return web.SeeOther(w, r, "/account")
}

// changePassword gives who is signed in the new password, when they know the
// present one.
func (s *Site) changePassword(r *http.Request, form *web.Form) error {
	ctx, actor := r.Context(), web.Actor(r)
	var own people.Account
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		own, err = people.Get(ctx, tx, actor.Account)
		return err
	})
	if err != nil {
		return err
	}
	if err := newPassword(form, own.Login); err != nil {
		return err
	}
	limits, client := s.signIns(), s.Web.Client(r)
	if err := limits.try(client, own.Login, s.Now()); err != nil {
		return err
	}
	if _, err := people.SignIn(ctx, s.DB, own.Login, form.Secret("current")); err != nil {
		return err
	}
	limits.pair.Forget(client + " " + own.Login)
	hash, err := people.Hash(form.Secret("password"))
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, actor, func(tx *db.Tx) error { return people.SetPassword(ctx, tx, actor.Account, hash) })
}

// newPassword checks a password that was typed twice.
func newPassword(form *web.Form, login string) error {
	if err := people.CheckPassword(form.Secret("password"), login); err != nil {
		return err
	}
	if form.Secret("password") != form.Secret("repeat") {
		return fault.New(fault.Invalid, "account.not-repeated").At("repeat")
	}
	return nil
}
