package exchange

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"karvan/internal/fault"
	"karvan/internal/lang"
)

// Progress is how far an import or export has come. What it counts is committed.
type Progress struct {
	Rows       int64 // rows of the file dealt with in this run
	Resumed    int64 // rows that an earlier run had dealt with
	Added      int64
	Changed    int64
	Unchanged  int64
	Bad        int64
	Bytes      int64 // how far into the file; 0 when the format does not tell
	TotalBytes int64
	Rate       float64       // rows a second
	Left       time.Duration // at this rate; 0 when that is not known
}

// Bad is a fault of one row.
type Bad struct {
	Row    int64  // a line of JSON Lines, a row of a table with the header being row 1, an element of a list
	Column string // the place in the record, "" when the whole row is at fault
	Key    string // message key of the reason
	Args   []any  // and its name, value pairs
	Value  string // what stood there, shortened
}

// Report says what an import did.
type Report struct {
	Progress
	DryRun  bool
	BadRows []Bad // at most MaxBadRows faults; Progress.Bad counts all bad rows
}

// keep adds the faults of a bad row.
func (r *Report) keep(faults []Bad) {
	if room := MaxBadRows - len(r.BadRows); room > 0 {
		r.BadRows = append(r.BadRows, faults[:min(len(faults), room)]...)
	}
}

// badOf explains a row's fault. data is the row as JSON, when it came that far.
func badOf(it item, c *columns, data []byte, f *fault.Fault) []Bad {
	var tree any
	if len(data) > 0 {
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.UseNumber()
		if dec.Decode(&tree) != nil {
			tree = nil
		}
	}
	const most = 20 // faults of one row
	var all []Bad
	for _, f := range f.All() {
		if len(all) == most {
			break
		}
		b := Bad{Row: it.row, Column: columnOf(f.Field), Key: f.Key, Args: f.Args}
		b.Value = excerptOf(it, c, tree, b.Column)
		all = append(all, b)
	}
	return all
}

// columnOf turns the field of a fault ("texts.en.title", "body.names.0.lang")
// into the name of a column.
func columnOf(field string) string {
	if strings.Contains(field, "/") {
		return field
	}
	parts := strings.Split(field, ".")
	if parts[0] == "texts" && len(parts) == 3 && parts[2] != "provenance" && parts[2] != "lang" {
		parts = []string{"texts", parts[1], "fields", parts[2]}
	}
	return strings.Join(parts, "/")
}

// excerptOf finds what stood in a column.
func excerptOf(it item, c *columns, tree any, column string) string {
	if column == "" {
		return excerpt(string(it.data))
	}
	if c != nil {
		for i, path := range c.paths {
			if path == column && c.part[i] < 2 && i < len(it.cells) {
				return excerpt(it.cells[i])
			}
		}
	}
	for _, seg := range strings.Split(column, "/") {
		switch v := tree.(type) {
		case map[string]any:
			tree = v[unescapeName(seg)]
		case []any:
			i, err := strconv.Atoi(seg)
			if err != nil || i < 0 || i >= len(v) {
				return ""
			}
			tree = v[i]
		default:
			return ""
		}
	}
	if tree == nil {
		return ""
	}
	if s, ok := tree.(string); ok {
		return excerpt(s)
	}
	plain, err := json.Marshal(tree)
	if err != nil {
		return ""
	}
	return excerpt(string(plain))
}

// excerpt makes what a stranger sent fit to be shown: short, on one line,
// without characters that deceive.
func excerpt(s string) string {
	const most = 80
	if len(s) > 8*most {
		s = strings.ToValidUTF8(s[:8*most], "")
	}
	s, _ = lang.Clean(s)
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return s
}

// pace computes rate and time left.
func (p *Progress) pace(elapsed time.Duration) {
	if elapsed <= 0 {
		return
	}
	p.Rate = float64(p.Rows) / elapsed.Seconds()
	if p.Bytes > 0 && p.Bytes < p.TotalBytes {
		p.Left = time.Duration(float64(elapsed) * float64(p.TotalBytes-p.Bytes) / float64(p.Bytes)).Round(time.Second)
	}
}
