package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"karvan/internal/fault"
)

// Wrap stands around everything the node serves: it names the request, sets
// the security headers, refuses what another site forged, compresses, recovers
// from panics, and writes one line to the log.
func (k *Kit) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := stateOf(r)
		if s != nil && s.kit != nil {
			next.ServeHTTP(w, r)
			return
		}
		began := time.Now()
		fresh := &state{kit: k, id: fmt.Sprintf("%016x", rand.Uint64()), path: r.URL.Path}
		if s != nil {
			fresh.actor, fresh.person, fresh.zone = s.actor, s.person, s.zone
			fresh.identified, fresh.private = s.identified, s.private
		}
		if t, rest, ok := splitLang(r.URL.Path); ok {
			fresh.lang, fresh.path = t, rest
		}
		r = r.WithContext(context.WithValue(r.Context(), stateKey{}, fresh))
		res := newResponse(w, r, fresh)
		k.setSecurity(res.Header())
		res.Header()["X-Request-Id"] = []string{fresh.id}
		defer k.finish(res, r, fresh, began)
		if err := k.origins.Check(r); err != nil {
			k.Fail(res, r, fault.New(fault.Forbidden, "fault.cross-origin").Because(err))
			return
		}
		next.ServeHTTP(res, r)
	})
}

// finish answers a panic, closes the response and writes the line in the log.
// A path may name a person, so the log has the pattern that matched instead.
func (k *Kit) finish(res *response, r *http.Request, s *state, began time.Time) {
	p := recover()
	if p != nil && p != http.ErrAbortHandler {
		k.log.Error("panic", "request", s.id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		if !res.wrote {
			k.Fail(res, r, fault.New(fault.Internal, "fault.internal"))
			p = nil
		} else {
			p = http.ErrAbortHandler
		}
	}
	if p == nil {
		res.close()
	}
	if s.route == "" {
		s.route = r.Pattern
	}
	took := time.Since(began)
	status := res.status
	if status == 0 {
		status = http.StatusOK
	}
	k.log.LogAttrs(r.Context(), slog.LevelInfo, "request",
		slog.String("request", s.id), slog.String("method", r.Method), slog.String("route", s.route),
		slog.Int("status", status), slog.Int64("bytes", res.bytes), slog.Duration("took", took))
	if k.cfg.Observer != nil {
		k.cfg.Observer.Observe(s.route, status, took)
	}
	if p != nil {
		panic(p) // the server closes the connection, so that nobody takes half an answer for a whole one
	}
}

// Handle makes an http.Handler of h: it finds out who is signed in, and
// answers the error h returns.
func (k *Kit) Handle(h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := stateOf(r)
		if s == nil || s.kit == nil {
			k.Wrap(k.Handle(h)).ServeHTTP(w, r)
			return
		}
		if r.Pattern != "" {
			s.route = r.Pattern
		}
		err := k.identify(w, r, s)
		if err == nil {
			if s.private {
				w.Header().Set("Cache-Control", "private, no-store")
			}
			err = h(w, r)
		}
		if err != nil {
			k.Fail(w, r, err)
		}
	})
}

// NotFound answers that there is no such page.
func (k *Kit) NotFound() http.Handler {
	return k.Handle(func(http.ResponseWriter, *http.Request) error {
		return fault.New(fault.NotFound, "fault.not-found")
	})
}

// statusGone is what other servers write down for a client that went away
// before the answer; nobody receives it.
const statusGone = 499

// Fail answers an error: with a JSON problem when the request prefers that,
// else with a page. Handlers return their error; middleware calls Fail.
func (k *Kit) Fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		clearAnswer(w.Header())
		w.WriteHeader(statusGone)
		return
	}
	f := faultOf(err)
	if f.Code == fault.Internal || f.Code == fault.Busy {
		k.log.Error("failed", "request", RequestID(r), "route", r.Pattern, "error", err.Error())
	}
	if res, ok := w.(*response); ok && res.wrote {
		panic(http.ErrAbortHandler) // too late to say anything else
	}
	clearAnswer(w.Header())
	switch {
	case wantsJSON(r):
		k.WriteProblem(w, r, err)
	case f.Code == fault.Unauthenticated && k.cfg.SignIn != "" && r.Method == http.MethodGet:
		w.Header().Set("Cache-Control", "private, no-store")
		http.Redirect(w, r, URL(r, k.cfg.SignIn)+"?next="+queryEscape(QueryOf(r).String()), http.StatusSeeOther)
	default:
		k.errorPage(w, r, f)
	}
}

// faultOf finds the fault in err. A deadline that passed is the node being
// busy, a body over its bound is too large.
func faultOf(err error) *fault.Fault {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return fault.New(fault.TooLarge, "fault.too-large").Because(err)
	case errors.Is(err, context.DeadlineExceeded):
		return fault.New(fault.Busy, "fault.busy").Because(err)
	}
	return fault.Of(err)
}

// retryAfter is the name under which a fault keeps the seconds to wait. Such a
// fault is answered with 429, since it is this client that asks too much.
const retryAfter = "retry-after"

func statusOf(f *fault.Fault) int {
	if _, ok := f.Data[retryAfter].(int); ok {
		return http.StatusTooManyRequests
	}
	return f.Code.Status()
}

func setRetry(h http.Header, f *fault.Fault) {
	if seconds, ok := f.Data[retryAfter].(int); ok {
		h.Set("Retry-After", strconv.Itoa(seconds))
	} else if f.Code == fault.Busy {
		h.Set("Retry-After", "5")
	}
}

// clearAnswer forgets what a handler said about an answer it then did not give.
func clearAnswer(h http.Header) {
	for _, name := range []string{"Content-Type", "Content-Length", "Content-Encoding", "Content-Disposition", "Content-Language", "Etag", "Last-Modified", "Link"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store")
}

// ErrorPage is what the page "error" gets.
type ErrorPage struct {
	Code      fault.Code
	Status    int
	Title     string
	Message   string
	Advice    string // what to do next
	Fields    []FieldError
	RequestID string
}

func (k *Kit) errorPage(w http.ResponseWriter, r *http.Request, f *fault.Fault) {
	data := ErrorPage{
		Code: f.Code, Status: statusOf(f), Title: k.title(r, f.Code), Message: k.Message(r, f),
		Advice: k.Printer(r).T("web.advice." + string(f.Code)),
		Fields: k.fieldErrors(r, f, nil), RequestID: RequestID(r),
	}
	setRetry(w.Header(), f)
	if k.lookup(Lang(r), "error") != nil {
		err := k.Page(w, r, data.Status, "error", data)
		if err == nil {
			return
		}
		k.log.Error("error page", "request", data.RequestID, "error", err.Error())
	}
	if res, ok := w.(*response); ok && res.wrote {
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(data.Status)
	fmt.Fprintf(w, "%s\n%s\n%s\n", data.Title, data.Message, data.RequestID)
}

func (k *Kit) title(r *http.Request, code fault.Code) string {
	return k.Printer(r).T("web.title." + string(code))
}

// Message is what f says to the reader. A fault whose message nobody wrote
// says at least what class it is of.
func (k *Kit) Message(r *http.Request, f *fault.Fault) string {
	p := k.Printer(r)
	text := p.T(f.Key, f.Args...) // asks also for a key that is missing, so that it is noted
	if !p.Has(f.Key) {
		return k.title(r, f.Code)
	}
	return text
}
