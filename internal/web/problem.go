package web

import (
	"encoding/json"
	"net/http"
	"strings"

	"karvan/internal/fault"
	"karvan/internal/lang"
)

// Problem is an error as programs read it (RFC 9457).
type Problem struct {
	Type    string         `json:"type"`
	Title   string         `json:"title"`
	Status  int            `json:"status"`
	Detail  string         `json:"detail,omitempty"`
	Code    fault.Code     `json:"code"`
	Key     string         `json:"key"`
	Request string         `json:"request,omitempty"`
	Errors  []ProblemField `json:"errors,omitempty"`
}

// ProblemField is what is wrong with one field.
type ProblemField struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// Problem describes an error in the language the request asks for.
func (k *Kit) Problem(r *http.Request, err error) Problem {
	f := faultOf(err)
	p := Problem{
		Type: "about:blank", Title: k.title(r, f.Code), Status: statusOf(f), Detail: k.Message(r, f),
		Code: f.Code, Key: f.Key, Request: RequestID(r),
	}
	for _, one := range f.All() {
		if one.Field != "" {
			p.Errors = append(p.Errors, ProblemField{Field: one.Field, Detail: k.Message(r, one)})
		}
	}
	return p
}

// WriteProblem answers an error with a JSON problem.
func (k *Kit) WriteProblem(w http.ResponseWriter, r *http.Request, err error) {
	p := k.Problem(r, err)
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Language", string(Lang(r)))
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept, Accept-Language")
	setRetry(h, faultOf(err))
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p)
}

// wantsJSON reports whether a request names JSON and not HTML as what it takes.
func wantsJSON(r *http.Request) bool {
	accept := strings.Join(r.Header.Values("Accept"), ",")
	return strings.Contains(accept, "json") && !strings.Contains(accept, "text/html")
}

// fieldErrors lists what f says about fields, each with the label its form
// gives it.
func (k *Kit) fieldErrors(r *http.Request, f *fault.Fault, labels map[string]string) []FieldError {
	var out []FieldError
	for _, one := range f.All() {
		if one.Field == "" && len(f.More) == 0 {
			continue // the one message, which is shown as such
		}
		e := FieldError{Field: one.Field, ID: fieldID(one.Field), Label: labels[one.Field], Text: k.Message(r, one)}
		out = append(out, e)
	}
	return out
}

// tagOf takes a language in whatever form a template has it.
func tagOf(v any) lang.Tag {
	switch v := v.(type) {
	case lang.Tag:
		return v
	case string:
		return lang.Tag(v)
	}
	return ""
}
