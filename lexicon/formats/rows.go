package formats

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"karvan/internal/fault"
)

// row is a row of a table. Its cells are good until the next one is read.
type row struct {
	line  int
	cells []string
	bad   *fault.Fault // why the row cannot be used
}

// rows reads a table row by row and ends with io.EOF. Rows that hold nothing are
// passed over.
type rows interface {
	next() (row, error)
}

// lines reads lines of text.
type lines struct {
	in   *bufio.Reader
	line int
	buf  []byte
}

// next gives a line without its end, good until the next call. Of one that is too
// long the rest is read and forgotten.
func (l *lines) next() (line []byte, long bool, err error) {
	l.buf = l.buf[:0]
	for begun := false; ; begun = true {
		part, err := l.in.ReadSlice('\n')
		if long = long || len(l.buf)+len(part) > MaxLine; long {
			l.buf = l.buf[:0]
		}
		switch {
		case err == nil && !begun && !long:
			l.line++
			return trimEnd(part), false, nil
		case err == nil, err == io.EOF && (begun || len(part) > 0):
			l.line++
			if !long {
				l.buf = append(l.buf, part...)
			}
			return trimEnd(l.buf), long, nil
		case err != bufio.ErrBufferFull:
			return nil, false, err
		}
		if !long {
			l.buf = append(l.buf, part...)
		}
	}
}

func trimEnd(line []byte) []byte {
	for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
		line = line[:len(line)-1]
	}
	return line
}

// tabbed reads a table of cells between tabs.
type tabbed struct {
	lines lines
	cells []string
}

func (t *tabbed) next() (row, error) {
	for {
		line, long, err := t.lines.next()
		if err != nil {
			return row{}, err
		}
		r := row{line: t.lines.line}
		switch {
		case long:
			r.bad = fault.New(fault.TooLarge, "lexicon.line-too-long", "max", MaxLine)
		case len(line) == 0:
			continue
		case !utf8.Valid(line):
			r.bad = fault.New(fault.Invalid, "lexicon.not-utf8")
		}
		if r.bad != nil {
			return r, nil
		}
		t.cells = t.cells[:0]
		for cell := range strings.SplitSeq(string(line), "\t") {
			if len(t.cells) == MaxColumns {
				r.bad = fault.New(fault.TooLarge, "lexicon.too-many-columns", "max", MaxColumns)
				return r, nil
			}
			t.cells = append(t.cells, strings.TrimSpace(cell))
		}
		r.cells = t.cells
		return r, nil
	}
}

// quoted reads CSV.
type quoted struct {
	in  *allowance
	csv *csv.Reader
}

func newQuoted(in *bufio.Reader) (*quoted, error) {
	head, err := in.Peek(1 << 12)
	if err != nil && err != io.EOF {
		return nil, err
	}
	q := &quoted{in: &allowance{r: in, most: MaxLine, key: "lexicon.line-too-long"}}
	q.csv = csv.NewReader(q.in)
	q.csv.Comma = separator(string(head))
	q.csv.FieldsPerRecord = -1
	q.csv.ReuseRecord = true
	return q, nil
}

// separator guesses what separates the cells: spreadsheets write a semicolon in
// countries where the comma marks decimals.
func separator(head string) rune {
	head, _, _ = strings.Cut(head, "\n")
	best, most := ',', strings.Count(head, ",")
	for _, r := range ";\t" {
		if n := strings.Count(head, string(r)); n > most {
			best, most = r, n
		}
	}
	return best
}

func (q *quoted) next() (row, error) {
	for {
		q.in.grant(q.csv.InputOffset())
		cells, err := q.csv.Read()
		var p *csv.ParseError
		switch {
		case errors.As(err, &p):
			return row{line: p.StartLine, bad: fault.New(fault.Invalid, "lexicon.bad-quotes")}, nil
		case err != nil:
			return row{}, err
		}
		r := row{cells: cells}
		r.line, _ = q.csv.FieldPos(0)
		switch {
		case len(cells) > MaxColumns:
			r.bad = fault.New(fault.TooLarge, "lexicon.too-many-columns", "max", MaxColumns)
		case !slices.ContainsFunc(cells, func(c string) bool { return c != "" }):
			continue
		case slices.ContainsFunc(cells, func(c string) bool { return !utf8.ValidString(c) }):
			r.bad = fault.New(fault.Invalid, "lexicon.not-utf8")
		}
		for i, c := range cells {
			cells[i] = strings.TrimSpace(c)
		}
		return r, nil
	}
}

// allowance is a reader that fails when one record takes more than it may.
// Decoders that read records of any length hold a record in memory; grant is
// called with the place where the next one begins.
type allowance struct {
	r    io.Reader
	most int64
	key  string
	read int64
	upTo int64
}

// slack is what decoders read ahead.
const slack = 1 << 16

func (a *allowance) grant(from int64) { a.upTo = from + a.most + slack }

// Read implements io.Reader.
func (a *allowance) Read(p []byte) (int, error) {
	if a.read >= a.upTo {
		return 0, fault.New(fault.TooLarge, a.key, "max", a.most)
	}
	n, err := a.r.Read(p)
	a.read += int64(n)
	return n, err
}
