package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"karvan/internal/lang"
)

// Query is the query of the page shown. Its methods give the address of the
// page with one thing changed, for filters and paging. All but [Query.Set] of
// the place itself go back to the first page of a list, since the place in the
// old list means nothing in the new one.
type Query struct {
	lang   lang.Tag
	path   string // escaped, without the language
	values url.Values
}

// places are the parameters that say where in a list the reader is.
var places = []string{"after", "before", "cursor", "page"}

// QueryOf is the query of a request.
func QueryOf(r *http.Request) Query {
	path := r.URL.EscapedPath()
	if s := stateOf(r); s != nil && !s.stripped {
		if _, rest, ok := splitLang(path); ok {
			path = rest
		}
	}
	return Query{lang: Lang(r), path: path, values: r.URL.Query()}
}

// Get is the first value of a parameter, cleaned.
func (q Query) Get(name string) string { return line(q.values.Get(name)) }

// All lists the values of a parameter.
func (q Query) All(name string) []string { return q.values[name] }

// Has reports whether a parameter has a value.
func (q Query) Has(name string, value any) bool {
	return slices.Contains(q.values[name], fmt.Sprint(value))
}

// Empty reports whether no parameter but the place in the list is set.
func (q Query) Empty() bool {
	for name := range q.values {
		if !slices.Contains(places, name) {
			return false
		}
	}
	return true
}

// Set is the address with a parameter set to one value.
func (q Query) Set(name string, value any) string {
	v := q.first(name)
	v.Set(name, fmt.Sprint(value))
	return q.with(v)
}

// Add is the address with one more value of a parameter.
func (q Query) Add(name string, value any) string {
	v := q.first(name)
	if s := fmt.Sprint(value); !slices.Contains(v[name], s) {
		v.Add(name, s)
	}
	return q.with(v)
}

// Drop is the address without the values given, or without the parameter when
// none is given.
func (q Query) Drop(name string, values ...any) string {
	v := q.first(name)
	for _, value := range values {
		s := fmt.Sprint(value)
		v[name] = slices.DeleteFunc(v[name], func(have string) bool { return have == s })
	}
	if len(values) == 0 || len(v[name]) == 0 {
		v.Del(name)
	}
	return q.with(v)
}

// Toggle is the address with a value added if it is not there, else dropped.
func (q Query) Toggle(name string, value any) string {
	if q.Has(name, value) {
		return q.Drop(name, value)
	}
	return q.Add(name, value)
}

// To is another address with the same query, such as a feed of the list shown.
func (q Query) To(path string) string {
	q.path = path
	return q.with(q.first(""))
}

// Plain is the address without any parameter.
func (q Query) Plain() string { return q.with(nil) }

// String is the address as it is.
func (q Query) String() string { return q.with(q.values) }

// Params lists the parameters in order, for hidden inputs of a form, without
// the place in the list and without those named.
func (q Query) Params(but ...string) []Param {
	var out []Param
	names := make([]string, 0, len(q.values))
	for name := range q.values {
		if !slices.Contains(places, name) && !slices.Contains(but, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, v := range q.values[name] {
			out = append(out, Param{Name: name, Value: v})
		}
	}
	return out
}

// Param is one parameter of a query.
type Param struct{ Name, Value string }

// first copies the values and, unless the place itself is what changes, drops
// the place.
func (q Query) first(name string) url.Values {
	v := make(url.Values, len(q.values)+1)
	for key, values := range q.values {
		if key != name && slices.Contains(places, key) {
			continue
		}
		if slices.Contains(places, name) && slices.Contains(places, key) {
			continue // one place at a time
		}
		v[key] = slices.Clone(values)
	}
	return v
}

func (q Query) with(v url.Values) string {
	s := localURL(q.lang, "/"+strings.TrimLeft(q.path, "/"))
	if len(v) > 0 {
		s += "?" + v.Encode()
	}
	return s
}
