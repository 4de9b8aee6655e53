package lang

import (
	"fmt"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/message"
	"golang.org/x/text/unicode/bidi"
)

// A Printer writes messages, dates and numbers in one language. It is safe
// for concurrent use.
type Printer struct {
	tag     Tag
	rtl     bool
	cats    *Catalogues
	numbers *message.Printer
	digits  [10]string // as the language writes them
}

func newPrinter(c *Catalogues, t Tag) *Printer {
	p := &Printer{tag: t, cats: c, rtl: t.Dir() == "rtl", numbers: message.NewPrinter(t.text())}
	for i := range p.digits {
		p.digits[i] = p.Number(int64(i))
	}
	return p
}

// The isolates of the Unicode bidirectional algorithm (UAX #9): what stands
// between them is laid out on its own and disturbs nothing around it.
const (
	firstStrongIsolate = "\u2068"
	popIsolate         = "\u2069"
)

// Tag returns the language of the printer.
func (p *Printer) Tag() Tag { return p.tag }

// Dir returns the writing direction of the printer's language.
func (p *Printer) Dir() string {
	if p.rtl {
		return "rtl"
	}
	return "ltr"
}

// Has reports whether a message exists.
func (p *Printer) Has(key string) bool {
	_, ok := p.cats.messages[p.tag][key]
	return ok
}

// T returns the message under key. The arguments are names and values in
// turn and fill the placeholders; whole numbers are written as the language
// writes them, everything else as fmt.Sprint does. If the message has plural
// forms, the argument "n" chooses among them. A key that does not exist gives "⟦key⟧".
func (p *Printer) T(key string, args ...any) string {
	m, ok := p.cats.messages[p.tag][key]
	if !ok {
		p.cats.missing.add(key)
		return "⟦" + key + "⟧"
	}
	pat := m.by["other"]
	if m.plural {
		if n, ok := integer(arg(args, "n")); ok {
			if chosen, ok := m.by[p.PluralForm(n)]; ok {
				pat = chosen
			}
		}
	}
	if len(pat) == 1 && pat[0].arg == "" {
		return pat[0].text
	}
	var b strings.Builder
	for _, s := range pat {
		b.WriteString(s.text)
		if s.arg != "" {
			b.WriteString(p.value(arg(args, s.arg)))
		}
	}
	return b.String()
}

// N returns the message under key in the plural form that n asks for, with
// {n} replaced by n.
func (p *Printer) N(key string, n int, args ...any) string {
	return p.T(key, append([]any{"n", n}, args...)...)
}

// Name returns the name of a language in the printer's language, or its
// [Autonym] when the catalogue has none.
func (p *Printer) Name(t Tag) string {
	for _, key := range []string{"lang." + string(t), "lang." + string(t.Base())} {
		if p.Has(key) {
			return p.T(key)
		}
	}
	return Autonym(t)
}

// PluralForm returns the CLDR plural category of n: "one", "few", "other" …
func (p *Printer) PluralForm(n int64) string { return pluralForm(p.tag, n) }

func pluralForm(t Tag, n int64) string {
	// The rules look at the last digits only; the modulus also keeps the
	// negative extreme from overflowing.
	i := int(n % 10_000_000)
	if i < 0 {
		i = -i
	}
	if i == 0 && n != 0 {
		i = 10_000_000
	}
	switch plural.Cardinal.MatchPlural(t.text(), i, 0, 0, 0, 0) {
	case plural.Zero:
		return "zero"
	case plural.One:
		return "one"
	case plural.Two:
		return "two"
	case plural.Few:
		return "few"
	case plural.Many:
		return "many"
	}
	return "other"
}

// arg finds the value that follows a name.
func arg(args []any, name string) any {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return args[i+1]
		}
	}
	return nil
}

// value writes one argument.
func (p *Printer) value(v any) string {
	if n, ok := integer(v); ok {
		return p.Number(n)
	}
	if v == nil {
		return ""
	}
	if s, ok := v.(raw); ok {
		return string(s)
	}
	return p.isolate(fmt.Sprint(v))
}

// isolate wraps text whose direction may differ from that of the message.
func (p *Printer) isolate(s string) string {
	if s == "" || !p.rtl && !hasRTL(s) {
		return s
	}
	return firstStrongIsolate + s + popIsolate
}

// hasRTL reports whether a text has a letter that runs from right to left.
func hasRTL(s string) bool {
	for _, r := range s {
		// Nothing below Hebrew runs from right to left.
		if r < 0x590 {
			continue
		}
		props, _ := bidi.LookupRune(r)
		if c := props.Class(); c == bidi.R || c == bidi.AL {
			return true
		}
	}
	return false
}

// integer reads a whole number of any built-in type.
func integer(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case int32:
		return int64(n), true
	case int16:
		return int64(n), true
	case int8:
		return int64(n), true
	case uint8:
		return int64(n), true
	case uint16:
		return int64(n), true
	case uint32:
		return int64(n), true
	}
	return 0, false
}
