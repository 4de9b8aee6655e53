package web

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"karvan/internal/fault"
	"karvan/internal/lang"
)

// Form is what somebody filled in. The getters note what cannot be read, so
// that [Form.Err] reports all of it at once.
type Form struct {
	Values url.Values
	faults fault.List
}

// ParseForm reads the body of a request as a form of at most max bytes.
func ParseForm(r *http.Request, max int64) (*Form, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/x-www-form-urlencoded" {
		return nil, fault.New(fault.Unsupported, "fault.not-a-form")
	}
	r.Body = http.MaxBytesReader(nil, r.Body, max)
	if err := r.ParseForm(); err != nil {
		if f := faultOf(err); f.Code == fault.TooLarge {
			return nil, f
		}
		return nil, fault.New(fault.Invalid, "fault.not-a-form").Because(err)
	}
	return &Form{Values: r.PostForm}, nil
}

// QueryForm reads the query of the address as a form.
func QueryForm(r *http.Request) *Form { return &Form{Values: r.URL.Query()} }

// line cleans a text of one line.
func line(s string) string {
	s, _ = lang.Clean(s)
	return strings.TrimSpace(strings.NewReplacer("\n", " ", "\t", " ").Replace(s))
}

// Text is a text of one line, cleaned and trimmed.
func (f *Form) Text(name string) string { return line(f.Values.Get(name)) }

// Lines is a text of several lines, cleaned and trimmed.
func (f *Form) Lines(name string) string {
	s, _ := lang.Clean(f.Values.Get(name))
	return strings.TrimSpace(s)
}

// Secret is a value as it was typed, such as a password.
func (f *Form) Secret(name string) string { return f.Values.Get(name) }

// All lists the values of a field, cleaned, without the empty ones.
func (f *Form) All(name string) []string {
	var out []string
	for _, v := range f.Values[name] {
		if v = line(v); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// Has reports whether a box is ticked, or a button was the one pressed.
func (f *Form) Has(name string) bool { return f.Values.Has(name) }

// Int is a whole number, 0 when the field is empty. Digits of any script do,
// as do the marks that group them.
func (f *Form) Int(name string) int64 {
	s := f.Text(name)
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(asciiDigits(s), 10, 64)
	if err != nil {
		f.Invalid(name, "fault.not-a-number")
	}
	return n
}

// Float is a number, 0 when the field is empty.
func (f *Form) Float(name string) float64 {
	s := f.Text(name)
	if s == "" {
		return 0
	}
	n, err := strconv.ParseFloat(asciiDigits(s), 64)
	if err != nil || n-n != 0 { // not a number, or infinite
		f.Invalid(name, "fault.not-a-number")
		return 0
	}
	return n
}

// digitZeros are the noughts of the scripts our readers type numbers in:
// Arabic, Persian and Urdu, Devanagari, full-width.
var digitZeros = []rune{'٠', '۰', '०', '０'}

// asciiDigits writes a number the way Go reads it.
func asciiDigits(s string) string {
	return strings.Map(func(r rune) rune {
		for _, zero := range digitZeros {
			if r >= zero && r <= zero+9 {
				return '0' + r - zero
			}
		}
		switch r {
		case ' ', '\u00a0', '\u202f', '_', '٬', '\'', '’':
			return -1
		case '٫':
			return '.'
		case '−':
			return '-'
		}
		return r
	}, s)
}

// Date is a day as a date input sends it, the zero time when it is empty.
func (f *Form) Date(name string) time.Time { return f.time(name, "2006-01-02", time.UTC) }

// Time is an instant as a datetime-local input sends it, meant in a time zone.
func (f *Form) Time(name string, zone *time.Location) time.Time {
	s := f.Text(name)
	if len(s) == len("2006-01-02T15:04:05") {
		return f.time(name, "2006-01-02T15:04:05", zone).UTC()
	}
	return f.time(name, "2006-01-02T15:04", zone).UTC()
}

func (f *Form) time(name, layout string, zone *time.Location) time.Time {
	s := asciiDigits(f.Text(name))
	if s == "" {
		return time.Time{}
	}
	t, err := time.ParseInLocation(layout, s, zone)
	if err != nil || t.Year() < 1 {
		f.Invalid(name, "fault.not-a-date")
		return time.Time{}
	}
	return t
}

// Lang is a language, "" when the field is empty.
func (f *Form) Lang(name string) lang.Tag {
	s := f.Text(name)
	if s == "" {
		return ""
	}
	t, err := lang.Parse(s)
	if err != nil {
		f.Invalid(name, "fault.not-a-language")
	}
	return t
}

// Choice is one of the values allowed, "" when the field is empty.
func (f *Form) Choice(name string, allowed ...string) string {
	s := f.Text(name)
	if s != "" && !slices.Contains(allowed, s) {
		f.Invalid(name, "fault.not-a-choice")
		return ""
	}
	return s
}

// Need notes the fields that must not be empty and are.
func (f *Form) Need(names ...string) {
	for _, name := range names {
		if strings.TrimSpace(f.Values.Get(name)) == "" {
			f.Invalid(name, "fault.required")
		}
	}
}

// Invalid notes what is wrong with a field.
func (f *Form) Invalid(field, key string, args ...any) { f.faults.Add(field, key, args...) }

// Merge notes the faults in err, if any.
func (f *Form) Merge(err error) { f.faults.Merge("", err) }

// Err is nil when all was well, else one fault with all that was not.
func (f *Form) Err() error { return f.faults.Err() }
