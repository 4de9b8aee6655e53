package lang

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// forms is one message of a catalogue: a pattern for each plural form, or
// under "other" alone when nothing is counted.
type forms struct {
	plural bool
	by     map[string]pattern
}

// A pattern is a text cut at its placeholders.
type pattern []segment

// A segment is literal text, or the name of an argument.
type segment struct {
	text string
	arg  string
}

var (
	placeholder = regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`)
	goodKey     = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)+$`)
)

// pluralForms are the categories of CLDR.
var pluralForms = []string{"zero", "one", "two", "few", "many", "other"}

// parsePattern cuts a text at its placeholders. A brace that belongs to none
// is a slip of the pen, and an error.
func parsePattern(s string) (pattern, error) {
	var p pattern
	rest := s
	literal := func(t string) error {
		if strings.ContainsAny(t, "{}") {
			return fmt.Errorf("stray brace in %q", s)
		}
		if t != "" {
			p = append(p, segment{text: t})
		}
		return nil
	}
	for {
		m := placeholder.FindStringSubmatchIndex(rest)
		if m == nil {
			return p, literal(rest)
		}
		if err := literal(rest[:m[0]]); err != nil {
			return nil, err
		}
		p = append(p, segment{arg: rest[m[2]:m[3]]})
		rest = rest[m[1]:]
	}
}

// An entry is a message with its key, in the order of the file.
type entry struct {
	key string
	msg forms
}

// parseFile reads one catalogue file. It reads token by token, because a
// decoder into a map would let the second of two equal keys win in silence.
func parseFile(data []byte) ([]entry, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("not a JSON object: %v", err)
	}
	var entries []entry
	seen := map[string]bool{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, err
		}
		key, _ := t.(string)
		if !goodKey.MatchString(key) {
			return nil, fmt.Errorf("key %q: want lower-case words joined by dots", key)
		}
		if seen[key] {
			return nil, fmt.Errorf("key %q stands twice", key)
		}
		seen[key] = true
		m, err := parseMessage(dec)
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", key, err)
		}
		entries = append(entries, entry{key, m})
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("text after the object")
	}
	return entries, nil
}

// parseMessage reads one value: a string or an object of plural forms.
func parseMessage(dec *json.Decoder) (forms, error) {
	m := forms{by: map[string]pattern{}}
	t, err := dec.Token()
	if err != nil {
		return m, err
	}
	if s, ok := t.(string); ok {
		m.by["other"], err = parsePattern(s)
		return m, err
	}
	if t != json.Delim('{') {
		return m, fmt.Errorf("neither a string nor plural forms")
	}
	m.plural = true
	for dec.More() {
		form, err := dec.Token()
		if err != nil {
			return m, err
		}
		value, err := dec.Token()
		if err != nil {
			return m, err
		}
		name, _ := form.(string)
		text, ok := value.(string)
		if !ok || !known(name) {
			return m, fmt.Errorf("plural form %q is not one of %v with a string", name, pluralForms)
		}
		if _, twice := m.by[name]; twice {
			return m, fmt.Errorf("plural form %q stands twice", name)
		}
		if m.by[name], err = parsePattern(text); err != nil {
			return m, err
		}
	}
	if _, ok := m.by["other"]; !ok {
		return m, fmt.Errorf("no plural form %q", "other")
	}
	_, err = dec.Token()
	return m, err
}

func known(form string) bool {
	for _, f := range pluralForms {
		if f == form {
			return true
		}
	}
	return false
}
