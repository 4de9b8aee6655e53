package exchange

import (
	"bufio"
	"context"
	"encoding/csv"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/record"
)

// ExportOptions are what is exported and how.
type ExportOptions struct {
	Format   Format
	Kinds    []string // all when empty
	Heads    bool     // the newest revision of each record only; with Public, the one visitors see
	Public   bool     // only what visitors may read
	BOM      bool     // begin CSV with a byte order mark, which Excel needs to read it as UTF-8
	Progress func(Progress)
}

// sink writes revisions in a format.
type sink interface {
	write(kind *record.Kind, canonical []byte) error
	finish() error
	drop() // lets go of what is held, finished or not
}

// Export writes the revisions that have content, in order of record and number.
// The memory it takes does not grow with their number. The same records give the
// same bytes in JSON Lines and CSV, whatever the database.
func Export(ctx context.Context, d *db.DB, book *record.Book, w io.Writer, opt ExportOptions) (done Progress, err error) {
	defer fault.Wrap(&err, "exchange.Export(%s)", opt.Format)
	for _, k := range opt.Kinds {
		if book.Kind(k) == nil {
			return done, fault.New(fault.Invalid, "record.unknown-kind", "kind", clip(k)).At("kind")
		}
	}
	begun := time.Now()
	err = d.Read(ctx, func(tx *db.Tx) error {
		out, err := openSink(ctx, tx, d.Engine, book, w, opt)
		if err != nil {
			return err
		}
		defer out.drop()
		err = eachRevision(ctx, tx, d.Engine, opt, func(s stored) error {
			if err := out.write(book.Kind(s.kind), []byte(s.body)); err != nil {
				return err
			}
			done.Rows++
			done.Bytes += int64(len(s.body))
			if opt.Progress != nil && done.Rows%1000 == 0 {
				done.pace(time.Since(begun))
				opt.Progress(done)
			}
			return nil
		})
		if err != nil {
			return err
		}
		return out.finish()
	})
	if err != nil {
		return done, err
	}
	done.pace(time.Since(begun))
	if opt.Progress != nil {
		opt.Progress(done)
	}
	return done, nil
}

func openSink(ctx context.Context, tx *db.Tx, engine db.Engine, book *record.Book, w io.Writer, opt ExportOptions) (sink, error) {
	switch opt.Format {
	case JSONLines:
		return &lineSink{bufio.NewWriterSize(w, 1<<16)}, nil
	case CSV, XLSX:
	default:
		return nil, fault.New(fault.Unsupported, "exchange.unknown-format")
	}
	paths, err := header(ctx, tx, engine, book, opt)
	if err != nil {
		return nil, err
	}
	if opt.Format == CSV {
		return newTableSink(w, paths, opt.BOM)
	}
	return newSheetSink(w, paths)
}

// column is a column of a table that is written.
type column struct {
	path string
	part int // of a cell that goes on over several columns, from 0
}

func (c column) header() string {
	name := textCell(c.path)
	if c.part > 0 {
		name = textCell(c.path + more + strconv.Itoa(c.part+1))
	}
	return protect(name)
}

// header goes through the revisions once to find which columns they need.
func header(ctx context.Context, tx *db.Tx, engine db.Engine, book *record.Book, opt ExportOptions) ([]column, error) {
	parts := map[string]int{}
	total := 0
	rows := 0
	err := eachRevision(ctx, tx, engine, opt, func(s stored) error {
		rows++
		if opt.Format == XLSX && rows > MaxRows {
			return fault.New(fault.TooLarge, "exchange.too-many-rows", "max", MaxRows)
		}
		return take(book.Kind(s.kind), []byte(s.body), func(path, cell string) error {
			n := 1
			if opt.Format == XLSX {
				n = len(split(cell))
			}
			if n > parts[path] {
				total += n - parts[path]
				parts[path] = n
			}
			if total > MaxColumns {
				return fault.New(fault.TooLarge, "exchange.too-many-columns", "max", MaxColumns)
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	for _, path := range []string{"id", "kind", "rev", "state", "source"} {
		parts[path] = max(parts[path], 1) // an empty export is a form to fill in
	}
	var paths []string
	for p := range parts {
		paths = append(paths, p)
	}
	slices.SortFunc(paths, comparePaths)
	var all []column
	for _, p := range paths {
		for i := range parts[p] {
			all = append(all, column{p, i})
		}
	}
	return all, nil
}

// lineSink writes JSON Lines: the canonical form has no line breaks.
type lineSink struct{ w *bufio.Writer }

func (l *lineSink) write(_ *record.Kind, canonical []byte) error {
	if _, err := l.w.Write(canonical); err != nil {
		return err
	}
	return l.w.WriteByte('\n')
}

func (l *lineSink) finish() error { return l.w.Flush() }

func (l *lineSink) drop() {}

// layout knows the column of each place.
type layout struct {
	columns []column
	at      map[string]int
}

func newLayout(columns []column) layout {
	l := layout{columns, map[string]int{}}
	for i, c := range columns {
		if c.part == 0 {
			l.at[c.path] = i
		}
	}
	return l
}

// tableSink writes CSV.
type tableSink struct {
	layout
	csv *csv.Writer
	row []string
}

func newTableSink(w io.Writer, columns []column, bom bool) (*tableSink, error) {
	if bom {
		if _, err := io.WriteString(w, "\uFEFF"); err != nil {
			return nil, err
		}
	}
	t := &tableSink{newLayout(columns), csv.NewWriter(w), make([]string, len(columns))}
	t.csv.UseCRLF = true
	for i, c := range columns {
		t.row[i] = c.header()
	}
	return t, t.csv.Write(t.row)
}

func (t *tableSink) write(kind *record.Kind, canonical []byte) error {
	clear(t.row)
	err := take(kind, canonical, func(path, cell string) error {
		t.row[t.at[path]] = protect(cell)
		return nil
	})
	if err != nil {
		return err
	}
	return t.csv.Write(t.row)
}

func (t *tableSink) finish() error {
	t.csv.Flush()
	return t.csv.Error()
}

func (t *tableSink) drop() {}

// sheetSink writes XLSX. Every cell is text, so that no program computes with
// what somebody else wrote.
type sheetSink struct {
	layout
	w    io.Writer
	file *excelize.File
	out  *excelize.StreamWriter
	row  int
}

func newSheetSink(w io.Writer, columns []column) (*sheetSink, error) {
	s := &sheetSink{layout: newLayout(columns), w: w, file: excelize.NewFile()}
	var err error
	if s.out, err = s.file.NewStreamWriter(s.file.GetSheetName(0)); err != nil {
		s.drop()
		return nil, err
	}
	cells := make([]any, len(columns))
	for i, c := range columns {
		cells[i] = c.header()
	}
	if err := s.put(cells); err != nil {
		s.drop()
		return nil, err
	}
	return s, nil
}

func (s *sheetSink) put(cells []any) error {
	s.row++
	return s.out.SetRow("A"+strconv.Itoa(s.row), cells)
}

func (s *sheetSink) write(kind *record.Kind, canonical []byte) error {
	cells := make([]any, len(s.columns))
	err := take(kind, canonical, func(path, cell string) error {
		for i, part := range split(cell) {
			cells[s.at[path]+i] = protect(part)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.put(cells)
}

func (s *sheetSink) finish() error {
	if err := s.out.Flush(); err != nil {
		return err
	}
	return s.file.Write(s.w)
}

// drop removes the temporary files.
func (s *sheetSink) drop() {
	if err := s.file.Close(); err != nil {
		slog.Warn("exchange: temporary files stay", "error", err)
	}
}
