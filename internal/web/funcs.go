package web

import (
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"maps"
	"math"
	"reflect"
	"time"

	"karvan/internal/lang"
)

// funcs are the functions templates have in one language.
func (k *Kit) funcs(p *lang.Printer) template.FuncMap {
	f := template.FuncMap{
		"t":   p.T,
		"has": p.Has,
		"n": func(key string, count any, args ...any) string {
			n, _ := whole(count)
			return p.N(key, int(n), args...)
		},
		"number":   func(v any) string { return number(p, v) },
		"plain":    func(v any) string { n, _ := whole(v); return p.Plain(n) },
		"decimal":  func(v any, digits int) string { return p.Decimal(float(v), digits) },
		"percent":  func(v any) string { return p.Percent(float(v)) },
		"bytes":    func(v any) string { n, _ := whole(v); return p.Bytes(n) },
		"reldays":  func(v any) string { n, _ := whole(v); return p.RelDays(int(n)) },
		"langname": func(t any) string { return p.Name(tagOf(t)) },
		"autonym":  func(t any) string { return lang.Autonym(tagOf(t)) },
		"dir":      func(t any) string { return tagOf(t).Dir() },

		"url": func(path string, segments ...any) string {
			s := make([]string, len(segments))
			for i, v := range segments {
				s[i] = fmt.Sprint(v)
			}
			return localURL(p.Tag(), path, s...)
		},
		"static":   k.Static,
		"markdown": k.markdownIn,
		"excerpt":  func(text any, n int) string { return excerpt(fmt.Sprint(text), n) },
		"frag":     frag,
		"jsonld":   jsonLD,
		"dict":     dict,
		"list":     func(v ...any) []any { return v },
		"add":      func(a, b int) int { return a + b },
		"default": func(fallback, v any) any {
			if truth, _ := template.IsTrue(v); truth {
				return v
			}
			return fallback
		},
	}
	maps.Copy(f, dateFuncs(p))
	if k.cfg.Funcs != nil {
		maps.Copy(f, k.cfg.Funcs(p))
	}
	return f
}

// dateFuncs write times. A time may be given as time.Time or as text in the
// form of RFC 3339, down to a year alone; other text is written as it is. A
// time zone may follow, UTC being meant otherwise.
func dateFuncs(p *lang.Printer) template.FuncMap {
	write := func(f func(time.Time) string) func(any, ...*time.Location) string {
		return func(v any, zone ...*time.Location) string {
			t, day, ok := moment(v)
			switch {
			case !ok:
				return text(v)
			case t.IsZero():
				return ""
			case !day:
				t = t.In(location(zone))
			}
			return f(t)
		}
	}
	return template.FuncMap{
		"date":      write(p.Date),
		"dateshort": write(p.DateShort),
		"month":     write(func(t time.Time) string { return p.Month(t.Year(), t.Month()) }),
		"iso":       isoTime,
		"datetime": func(v any, zone ...*time.Location) string {
			t, day, ok := moment(v)
			switch {
			case !ok:
				return text(v)
			case t.IsZero():
				return ""
			case day:
				return p.Date(t)
			}
			return p.DateTime(t, location(zone))
		},
	}
}

func location(zone []*time.Location) *time.Location {
	if len(zone) == 0 || zone[0] == nil {
		return time.UTC
	}
	return zone[0]
}

// moment reads a time; day says that it has no hour.
func moment(v any) (t time.Time, day, ok bool) {
	switch v := v.(type) {
	case nil:
		return t, false, true
	case time.Time:
		return v, false, true
	case *time.Time:
		if v == nil {
			return t, false, true
		}
		return *v, false, true
	}
	s := text(v)
	if s == "" {
		return t, false, true
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t, false, true
	}
	t, err := time.Parse(time.DateOnly, s)
	return t, true, err == nil
}

// isoTime writes a time for the attribute datetime.
func isoTime(v any) string {
	t, day, ok := moment(v)
	switch {
	case !ok:
		return text(v)
	case t.IsZero():
		return ""
	case day:
		return t.Format(time.DateOnly)
	}
	return t.UTC().Format(time.RFC3339)
}

func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// whole takes an integer of whatever type.
func whole(v any) (int64, bool) {
	r := reflect.ValueOf(v)
	switch {
	case r.CanInt():
		return r.Int(), true
	case r.CanUint():
		return int64(min(r.Uint(), math.MaxInt64)), true
	}
	return 0, false
}

func float(v any) float64 {
	if r := reflect.ValueOf(v); r.CanFloat() {
		return r.Float()
	}
	n, _ := whole(v)
	return float64(n)
}

func number(p *lang.Printer, v any) string {
	if n, ok := whole(v); ok {
		return p.Number(n)
	}
	if reflect.ValueOf(v).CanFloat() {
		return p.Decimal(float(v), 2)
	}
	return text(v)
}

// frag is a fragment of content in its own language and direction, which need
// not be those of the page.
func frag(v, tag any) template.HTML {
	t := tagOf(tag)
	return template.HTML(`<span` + langAttrs(t) + `>` + html.EscapeString(text(v)) + `</span>`)
}

// langAttrs are the attributes lang and dir. Where the language is unknown the
// browser is left to find the direction.
func langAttrs(t lang.Tag) string {
	if t == "" {
		return ` dir="auto"`
	}
	return ` lang="` + html.EscapeString(string(t)) + `" dir="` + t.Dir() + `"`
}

// jsonLD is a block of data for search engines. encoding/json escapes <, > and
// &, so nothing in it can end the element.
func jsonLD(v any) (template.HTML, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	return template.HTML(`<script type="application/ld+json">` + string(data) + `</script>`), nil
}

// dict gives a partial several values by name.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict: a name without a value")
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: %v is no name", pairs[i])
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}
