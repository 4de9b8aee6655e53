package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"karvan/internal/fault"
	"karvan/internal/lang"
	"karvan/internal/web"
)

const problemType = "application/problem+json"

// Problem is an error as programs read it (RFC 9457).
type Problem struct {
	Type    string         `json:"type" doc:"What sort of problem this is. about:blank: the status says it." example:"about:blank"`
	Title   string         `json:"title" doc:"The sort of problem in words, in the language that Accept-Language asks for." example:"Not a valid request"`
	Status  int            `json:"status" doc:"The HTTP status, repeated." example:"422"`
	Detail  string         `json:"detail,omitempty" doc:"What went wrong this time." example:"“limit” must be from 1 to 100."`
	Code    string         `json:"code" doc:"The sort of problem as a word that does not change with the language." example:"invalid"`
	Request string         `json:"request,omitempty" doc:"The request's number in the log of the node, for questions to whoever runs it." example:"8f1c2b7790aa61d3"`
	Errors  []ProblemField `json:"errors,omitempty" nullable:"false" doc:"What is wrong with each parameter."`
}

// ProblemField is what is wrong with one parameter.
type ProblemField struct {
	Location string `json:"location" doc:"Where the parameter stands: query or path, a dot, its name." example:"query.limit"`
	Message  string `json:"message" doc:"What is wrong with it, in words." example:"“limit” must be from 1 to 100."`
}

// failure carries a fault through huma to the place that words it.
type failure struct{ fault *fault.Fault }

// Error implements error.
func (f *failure) Error() string { return f.fault.Error() }

// GetStatus implements [huma.StatusError].
func (f *failure) GetStatus() int { return f.fault.Code.Status() }

// ContentType implements [huma.ContentTypeFilter].
func (f *failure) ContentType(string) string { return problemType }

// failed turns an error of a handler into one that huma passes on.
func failed(err error) error {
	if err == nil {
		return nil
	}
	f := fault.Of(err)
	if f.Code == fault.Internal && f.Cause == nil {
		f = fault.New(fault.Internal, "fault.internal").Because(err)
	}
	return &failure{f}
}

// word puts a problem in the reader's language in the place of an error. It is a
// [huma.Transformer].
func (a *API) word(ctx huma.Context, _ string, v any) (any, error) {
	r, _ := humago.Unwrap(ctx)
	switch e := v.(type) {
	case *failure:
		if e.fault.Code == fault.Internal {
			a.log(r, e.fault)
		}
		return a.problem(r, e.fault), nil
	case *huma.ErrorModel:
		if e.Status >= 500 {
			return a.problem(r, fault.New(fault.Internal, "fault.internal")), nil
		}
		return a.problem(r, wrongParameters(ctx.Operation(), e)), nil
	}
	return v, nil
}

// problem describes a fault.
func (a *API) problem(r *http.Request, f *fault.Fault) Problem {
	p := Problem{Type: "about:blank", Status: f.Code.Status(), Code: string(f.Code), Detail: a.Web.Message(r, f), Request: web.RequestID(r)}
	printer := a.Web.Printer(r)
	switch f.Code {
	case fault.Invalid:
		p.Title = printer.T("api.title.invalid")
	case fault.NotFound:
		p.Title = printer.T("api.title.not-found")
	case fault.Gone:
		p.Title = printer.T("api.title.gone")
	case fault.TooLarge:
		p.Title = printer.T("api.title.too-large")
	case fault.Busy:
		p.Title = printer.T("api.title.busy")
	default:
		p.Title = printer.T("api.title.internal")
	}
	for _, one := range f.All() {
		if one.Field != "" {
			p.Errors = append(p.Errors, ProblemField{Location: one.Field, Message: a.Web.Message(r, one)})
		}
	}
	return p
}

// fail answers with a problem.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := fault.Of(err)
	if f.Code == fault.Internal {
		a.log(r, err)
	}
	a.sendProblem(w, r, a.problem(r, f))
}

func (a *API) wrongMethod(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", methods)
	p := a.Web.Printer(r)
	a.sendProblem(w, r, Problem{Type: "about:blank", Title: p.T("api.title.method"), Status: http.StatusMethodNotAllowed,
		Code: "method", Detail: p.T("api.read-only"), Request: web.RequestID(r)})
}

func (a *API) sendProblem(w http.ResponseWriter, r *http.Request, p Problem) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Language", string(web.Lang(r)))
	h.Add("Vary", "Accept-Language")
	a.send(w, r, answer{status: p.Status, mediaType: problemType, body: encode(p)})
}

// log writes down what the reader is not told.
func (a *API) log(r *http.Request, err error) {
	if r.Context().Err() != nil {
		return // the client went away, and with it the query
	}
	slog.ErrorContext(r.Context(), "open data", "request", web.RequestID(r), "error", err.Error())
}

// encode writes JSON as people may read it: with letters and not their escapes.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // what is sent here is made of plain structs
	}
	return b.Bytes()
}

// wrongParameters says for each parameter what the description allows.
func wrongParameters(op *huma.Operation, e *huma.ErrorModel) *fault.Fault {
	var l fault.List
	seen := map[string]bool{}
	for _, d := range e.Errors {
		location, _, _ := strings.Cut(d.Location, "[")
		if seen[location] {
			continue
		}
		seen[location] = true
		in, name, _ := strings.Cut(location, ".")
		name, _ = lang.Clean(name)
		if len(name) > 60 {
			name = strings.ToValidUTF8(name[:60], "") + "…"
		}
		if d.Message == repeated {
			l.Add(in+"."+name, "api.only-once", "name", name)
			continue
		}
		i := slices.IndexFunc(op.Parameters, func(p *huma.Param) bool { return p.In == in && p.Name == name })
		if i < 0 {
			l.Add(in+"."+name, "api.unknown-parameter", "name", name)
			continue
		}
		notAllowed(&l, in+"."+name, name, op.Parameters[i].Schema)
	}
	f := fault.Of(l.Err())
	if l.Len() == 0 {
		return fault.New(fault.Invalid, "api.bad-request")
	}
	return f
}

// notAllowed says what a schema allows.
func notAllowed(l *fault.List, at, name string, s *huma.Schema) {
	items := s
	if s.Type == huma.TypeArray {
		items = s.Items
	}
	switch {
	case len(items.Enum) > 0 && len(items.Enum) <= 50:
		values := make([]string, len(items.Enum))
		for i, v := range items.Enum {
			values[i] = fmt.Sprint(v)
		}
		l.Add(at, "api.one-of", "name", name, "values", strings.Join(values, ", "))
	case items.Minimum != nil && items.Maximum != nil:
		l.Add(at, "api.within", "name", name, "min", int(*items.Minimum), "max", int(*items.Maximum))
	case items.Format == "date":
		l.Add(at, "api.bad-date", "name", name)
	default:
		l.Add(at, "api.bad-value", "name", name)
	}
}
