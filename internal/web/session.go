package web

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"karvan/internal/db"
	"karvan/internal/fault"
)

// cookieNames are the names of our cookies. With HTTPS they carry the __Host-
// prefix, which makes the browser refuse them from any other host or path
// (RFC 6265bis, section 4.1.3.2).
type cookieNames struct{ session, lang, flash string }

func namesFor(secure bool) cookieNames {
	if secure {
		return cookieNames{"__Host-karvan", "__Host-karvan-lang", "__Host-karvan-flash"}
	}
	return cookieNames{"karvan", "karvan-lang", "karvan-flash"}
}

func newSessions(s *store, names cookieNames, secure bool) *scs.SessionManager {
	m := scs.New()
	m.Store = s
	m.Lifetime = lifetime
	m.HashTokenInStore = true
	m.Cookie.Name = names.session
	m.Cookie.Secure = secure
	return m
}

// What a session holds: the account and, in microseconds, when it signed in.
const (
	sessionAccount = "account"
	sessionSince   = "since"
)

func (k *Kit) setCookie(w http.ResponseWriter, name, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: k.cfg.Secure, SameSite: http.SameSiteLaxMode,
	})
}

// identify finds out who is signed in. A request without our cookie costs
// nothing.
func (k *Kit) identify(w http.ResponseWriter, r *http.Request, s *state) error {
	if s.identified {
		return nil
	}
	s.identified = true
	c, err := r.Cookie(k.cookies.session)
	if err != nil || c.Value == "" {
		return nil
	}
	s.private = true
	ctx, err := k.sessions.Load(r.Context(), c.Value)
	if err != nil {
		return err
	}
	account := k.sessions.GetString(ctx, sessionAccount)
	since := db.Time(k.sessions.GetInt64(ctx, sessionSince))
	if account == "" {
		k.setCookie(w, k.cookies.session, "", -1)
		return nil
	}
	if k.cfg.DB.Now().Sub(since) > lifetime {
		return k.endSession(ctx, w)
	}
	actor, person, err := k.cfg.Actor(r.Context(), account)
	if err != nil {
		if code := fault.Of(err).Code; code == fault.Internal || code == fault.Busy {
			return err
		}
		return k.endSession(ctx, w)
	}
	s.become(actor, person)
	return nil
}

func (k *Kit) endSession(ctx context.Context, w http.ResponseWriter) error {
	k.setCookie(w, k.cookies.session, "", -1)
	return k.sessions.Destroy(ctx)
}

// Identified finds out who is signed in before next is called, for handlers
// that are not a [Handler].
func (k *Kit) Identified(next http.Handler) http.Handler {
	return k.Handle(func(w http.ResponseWriter, r *http.Request) error {
		next.ServeHTTP(w, r)
		return nil
	})
}

// SignIn starts a session for an account, under a new token: one that somebody
// planted before is worth nothing afterwards. The request itself still runs as
// the visitor who sent it.
func (k *Kit) SignIn(w http.ResponseWriter, r *http.Request, account string) error {
	ctx, err := k.loadSession(r)
	if err != nil {
		return err
	}
	if err := k.sessions.RenewToken(ctx); err != nil {
		return err
	}
	k.sessions.Put(ctx, sessionAccount, account)
	k.sessions.Put(ctx, sessionSince, db.Micros(k.cfg.DB.Now()))
	token, _, err := k.sessions.Commit(ctx)
	if err != nil {
		return err
	}
	k.private(w, r)
	k.setCookie(w, k.cookies.session, token, int(lifetime/time.Second))
	return nil
}

// SignOut ends the session of the request.
func (k *Kit) SignOut(w http.ResponseWriter, r *http.Request) error {
	ctx, err := k.loadSession(r)
	if err != nil {
		return err
	}
	k.private(w, r)
	return k.endSession(ctx, w)
}

func (k *Kit) loadSession(r *http.Request) (context.Context, error) {
	token := ""
	if c, err := r.Cookie(k.cookies.session); err == nil {
		token = c.Value
	}
	return k.sessions.Load(r.Context(), token)
}

// private marks the answer as one for this browser only.
func (k *Kit) private(w http.ResponseWriter, r *http.Request) {
	if s := stateOf(r); s != nil {
		s.private = true
	}
	w.Header().Set("Cache-Control", "private, no-store")
}

// A notice travels in a cookie of its own: a visitor needs no session for it,
// and it is nobody's secret but the browser's.
type flash struct {
	Key  string `json:"k"`
	Args []any  `json:"a,omitempty"`
}

const (
	maxFlash  = 2000 // bytes in the cookie
	flashLife = 300  // seconds
)

// Flash shows a message on the next page this browser opens.
func (k *Kit) Flash(w http.ResponseWriter, r *http.Request, key string, args ...any) {
	k.private(w, r)
	data, err := json.Marshal(flash{key, args})
	value := base64.RawURLEncoding.EncodeToString(data)
	if err != nil || len(value) > maxFlash {
		k.log.Error("notice not shown", "key", key, "bytes", len(value), "error", err)
		return
	}
	k.setCookie(w, k.cookies.flash, value, flashLife)
}

// takeFlash reads the notice and removes it.
func (k *Kit) takeFlash(w http.ResponseWriter, r *http.Request) *Notice {
	c, err := r.Cookie(k.cookies.flash)
	if err != nil {
		return nil
	}
	k.private(w, r)
	k.setCookie(w, k.cookies.flash, "", -1)
	data, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || len(data) > maxFlash {
		return nil
	}
	var f flash
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	p := k.Printer(r)
	if err := d.Decode(&f); err != nil || !p.Has(f.Key) {
		return nil
	}
	for i, a := range f.Args {
		if n, ok := a.(json.Number); ok {
			if whole, err := n.Int64(); err == nil {
				f.Args[i] = whole
			}
		}
	}
	return &Notice{Text: p.T(f.Key, f.Args...)}
}
