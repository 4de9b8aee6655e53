package web

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"karvan/internal/access"
	"karvan/internal/lang"
)

// state is what the kit knows about one request.
type state struct {
	kit        *Kit
	id         string
	route      string   // the pattern that matched, once it is known
	lang       lang.Tag // from the path, "" when the path names none
	path       string   // without the language
	stripped   bool     // Localised took the language off the path
	identified bool
	private    bool // the answer is for one person: a session, or a cookie that is set
	actor      access.Actor
	person     Person
	zone       *time.Location
}

type stateKey struct{}

func stateOf(r *http.Request) *state {
	s, _ := r.Context().Value(stateKey{}).(*state)
	return s
}

// Lang is the interface language of a request: the one in its path, else the
// one its headers ask for.
func Lang(r *http.Request) lang.Tag {
	s := stateOf(r)
	if s != nil && s.lang != "" {
		return s.lang
	}
	return negotiate(s, r)
}

func negotiate(s *state, r *http.Request) lang.Tag {
	remembered := ""
	if s != nil && s.kit != nil {
		if c, err := r.Cookie(s.kit.cookies.lang); err == nil {
			remembered = c.Value
		}
	}
	return lang.Negotiate(r.Header.Get("Accept-Language"), remembered)
}

// Actor is who is signed in; the zero actor is a visitor.
func Actor(r *http.Request) access.Actor {
	if s := stateOf(r); s != nil {
		return s.actor
	}
	return access.Actor{}
}

// Zone is the time zone in which the reader wants times: UTC for a visitor.
func Zone(r *http.Request) *time.Location {
	if s := stateOf(r); s != nil && s.zone != nil {
		return s.zone
	}
	return time.UTC
}

// RequestID is the identifier of the request in the log, which an error page
// shows.
func RequestID(r *http.Request) string {
	if s := stateOf(r); s != nil {
		return s.id
	}
	return ""
}

// As gives the request an actor, for requests that carry a token instead of a
// session.
func As(r *http.Request, a access.Actor, p Person) *http.Request {
	if s := stateOf(r); s != nil {
		s.become(a, p)
		return r
	}
	s := &state{}
	s.become(a, p)
	return r.WithContext(context.WithValue(r.Context(), stateKey{}, s))
}

func (s *state) become(a access.Actor, p Person) {
	s.actor, s.person, s.identified, s.private = a, p, true, true
	s.zone = zone(p.Zone)
}

// zones keeps time zones by name, since time.LoadLocation reads a file.
var zones sync.Map

func zone(name string) *time.Location {
	if name == "" {
		return time.UTC
	}
	if l, ok := zones.Load(name); ok {
		return l.(*time.Location)
	}
	l, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	zones.Store(name, l)
	return l
}

// Printer writes in the language of the request.
func (k *Kit) Printer(r *http.Request) *lang.Printer { return k.cfg.Catalogues.Printer(Lang(r)) }

// URL is a path of this node in the language of the request. Segments are
// escaped and follow the path, each after a slash: URL(r, "/o", id, "history").
func URL(r *http.Request, path string, segments ...string) string {
	return localURL(Lang(r), path, segments...)
}

func localURL(t lang.Tag, path string, segments ...string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return path // another site, or a place within the page
	}
	var b strings.Builder
	b.WriteString("/" + string(t))
	if path != "/" || len(segments) > 0 {
		b.WriteString(strings.TrimSuffix(path, "/"))
	} else {
		b.WriteString("/")
	}
	for _, s := range segments {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(s))
	}
	return b.String()
}

// SeeOther answers a form with the address of the page to look at next.
func SeeOther(w http.ResponseWriter, r *http.Request, path string, segments ...string) error {
	w.Header().Set("Cache-Control", "private, no-store")
	http.Redirect(w, r, URL(r, path, segments...), http.StatusSeeOther)
	return nil
}

// LocalPath returns s when it is a path of this node, else "/". It is for
// addresses to return to, which come from outside.
func LocalPath(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Scheme != "", u.Host != "", u.User != nil, u.Opaque != "",
		!strings.HasPrefix(s, "/"), strings.HasPrefix(s, "//"), strings.ContainsAny(s, "\\\r\n\t"):
		return "/"
	}
	return s
}

// Client is the address of whoever sent the request, as a key for limits: an
// IPv6 network stands for all its addresses, since one household has them all.
func (k *Kit) Client(r *http.Request) string {
	addr, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip := addr.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	// The list grows to the right; each proxy of ours vouches for the one it
	// talked to, and the first that is not ours is the client.
	for i := len(hops) - 1; i >= 0 && k.trusted(ip); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		ip = next.Unmap()
	}
	if ip.Is6() {
		if p, err := ip.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}

func (k *Kit) trusted(ip netip.Addr) bool {
	for _, p := range k.cfg.Proxies {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// Path is the path of the request without the language.
func Path(r *http.Request) string {
	if s := stateOf(r); s != nil && s.kit != nil {
		return s.path
	}
	return r.URL.Path
}
