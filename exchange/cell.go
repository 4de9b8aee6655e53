package exchange

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"karvan/internal/fault"
	"karvan/internal/lang"
)

// mark begins a cell that holds JSON and not plain text.
const mark = "json:"

// textCell writes a string as a cell. Most stand as they are. What a
// spreadsheet, CSV or XML would change or hide is written as JSON with the
// doubtful characters escaped: the empty string (an empty cell is no value), blank
// ends, carriage returns, control and bidi characters, and what XLSX takes for
// its own escapes.
func textCell(s string) string {
	if s != "" && !strings.HasPrefix(s, mark) && s == strings.TrimFunc(s, unicode.IsSpace) &&
		!strings.ContainsAny(s, "\r\u0085\u2028\u2029") && !strings.Contains(s, "_x") && lang.CheckText(s) == nil {
		return s
	}
	plain, err := json.Marshal(s)
	if err != nil {
		return s // a string always has a JSON form
	}
	return literal(plain)
}

// literal writes JSON as a cell.
func literal(plain []byte) string {
	var b strings.Builder
	b.WriteString(mark)
	for i, r := range string(plain) {
		switch {
		case r == '_' && i+1 < len(plain) && plain[i+1] == 'x':
			b.WriteString(`\u005f`)
		case r >= 0x7F && (r == '\u0085' || r == utf8.RuneError || lang.CheckText(string(r)) != nil):
			if hi, lo := utf16.EncodeRune(r); hi != utf8.RuneError {
				fmt.Fprintf(&b, `\u%04x\u%04x`, hi, lo)
			} else {
				fmt.Fprintf(&b, `\u%04x`, r)
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// dangerous are the characters with which a cell must not begin: a spreadsheet
// would take it for a formula. The quote itself is among them, so that taking it
// off again is exact.
const dangerous = "=+-@\t\r'"

// protect puts a quote before a cell that a spreadsheet could run.
func protect(cell string) string {
	if cell != "" && strings.IndexByte(dangerous, cell[0]) >= 0 {
		return "'" + cell
	}
	return cell
}

// unprotect takes off the quote that protect put.
func unprotect(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.IndexByte(dangerous, cell[1]) >= 0 {
		return cell[1:]
	}
	return cell
}

// value reads a cell as JSON, by what should stand there.
func value(cell string, s shape) (json.RawMessage, error) {
	if len(cell) > MaxCell {
		return nil, fault.New(fault.TooLarge, "exchange.cell-too-long", "max", MaxCell)
	}
	if plain, ok := strings.CutPrefix(cell, mark); ok {
		if !json.Valid([]byte(plain)) {
			return nil, fault.New(fault.Invalid, "exchange.bad-json")
		}
		return json.RawMessage(plain), nil
	}
	switch s {
	case number:
		n := strings.TrimSpace(cell)
		if n == "" || n[0] != '-' && (n[0] < '0' || n[0] > '9') || !json.Valid([]byte(n)) {
			return nil, fault.New(fault.Invalid, "exchange.not-a-number")
		}
		return json.RawMessage(n), nil
	case boolean:
		switch strings.ToLower(strings.TrimSpace(cell)) {
		case "true", "1":
			return json.RawMessage("true"), nil
		case "false", "0":
			return json.RawMessage("false"), nil
		}
		return nil, fault.New(fault.Invalid, "exchange.not-yes-or-no")
	case instant:
		if day, err := time.Parse(time.DateOnly, cell); err == nil {
			cell = day.Format(time.RFC3339)
		} else if _, err := time.Parse(time.RFC3339, cell); err != nil {
			return nil, fault.New(fault.Invalid, "exchange.not-a-time")
		}
	case object, list:
		return nil, fault.New(fault.Invalid, "exchange.bad-json")
	}
	return json.Marshal(cell)
}
