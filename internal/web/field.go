package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"karvan/internal/fault"
	"karvan/internal/lang"
)

// Field is one question of a form, for the partial that draws it. Label, Hint
// and the labels of options are message keys.
type Field struct {
	Name     string
	ID       string // of the element, made from the name
	Type     string // text, textarea, number, date, datetime-local, select, checkbox, radio, password, email, file, hidden
	Label    string
	Hint     string
	Value    string
	Values   []string // of a field with several
	Error    string   // translated
	Required bool
	Max      int // characters, or the largest number
	Min      int
	Rows     int      // of a textarea
	Lang     lang.Tag // of the text to be written, when it is not that of the page
	Auto     string   // the attribute autocomplete
	Accept   string   // media types of a file
	Options  []Option
	Data     any // what a partial of the area's own needs
}

// Option is one answer to choose.
type Option struct {
	Value string
	Label string   // a message key
	Text  string   // shown as it is, when there is no key
	Lang  lang.Tag // of Text
}

// Has reports whether a value is chosen.
func (f *Field) Has(value string) bool {
	return f.Value == value || slices.Contains(f.Values, value)
}

// Dir is the direction of the text to be written.
func (f *Field) Dir() string {
	if f.Lang == "" {
		return "auto"
	}
	return f.Lang.Dir()
}

// FieldError is one line of the error summary, which links to its field.
type FieldError struct {
	Field string
	ID    string
	Label string // a message key; "" when the field has none
	Text  string // translated
}

// FormView is a form as it is shown, perhaps again with what is wrong with it.
type FormView struct {
	Fields  []*Field
	Errors  []FieldError // what stands about a field, in the order of the fields
	Heading string       // of the summary, "" when all is well
	Message string       // what is wrong with the whole
	Code    fault.Code   // of the fault, "" when there is none
}

// FormView fills fields with the values sent and with what err says about
// them. Values may be nil, for a form shown for the first time; a field then
// keeps the value it came with.
func (k *Kit) FormView(r *http.Request, values url.Values, err error, fields ...Field) *FormView {
	v := &FormView{}
	labels := map[string]string{}
	for i := range fields {
		f := &fields[i]
		f.ID = fieldID(f.Name)
		labels[f.Name] = f.Label
		if values != nil && f.Type != "password" && f.Type != "file" {
			f.Values = values[f.Name]
			f.Value = values.Get(f.Name)
		}
		v.Fields = append(v.Fields, f)
	}
	if err == nil {
		return v
	}
	found := faultOf(err)
	v.Code = found.Code
	for _, one := range found.All() {
		if one.Field == "" {
			v.Message = k.Message(r, one)
			continue
		}
		e := FieldError{Field: one.Field, ID: fieldID(one.Field), Label: labels[one.Field], Text: k.Message(r, one)}
		if f := v.Field(one.Field); f == nil {
			e.ID = "" // nothing to link to
		} else if f.Error == "" {
			f.Error = e.Text
		}
		v.Errors = append(v.Errors, e)
	}
	place := func(e FieldError) int {
		return slices.IndexFunc(v.Fields, func(f *Field) bool { return f.Name == e.Field })
	}
	v.Heading = k.Printer(r).N("web.errors", max(len(v.Errors), 1))
	slices.SortStableFunc(v.Errors, func(a, b FieldError) int { return place(a) - place(b) })
	return v
}

// Field finds a field by name, or nil.
func (v *FormView) Field(name string) *Field {
	for _, f := range v.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Failed reports whether there is anything to summarise.
func (v *FormView) Failed() bool { return v.Message != "" || len(v.Errors) > 0 }

// fieldID makes the id of an element from the name of a field.
func fieldID(name string) string {
	if name == "" {
		return ""
	}
	return "f-" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, name)
}
