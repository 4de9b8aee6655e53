package exchange

import (
	"archive/zip"
	"io"
	"path"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"karvan/internal/fault"
)

// partMost bounds a part of a workbook that is held in memory; larger sheets and
// shared strings go through a temporary file.
const partMost = 16 << 20

// ratioMost is how much larger than the file its content may be. Tables compress
// well, but not better than that.
const ratioMost = 200

// entriesMost bounds the parts of a workbook.
const entriesMost = 2000

// sheet reads the first worksheet of a workbook. Formulas are never run: what is
// read of a cell with one is the value that stood there when it was saved.
type sheet struct {
	s    *source
	file *excelize.File
	rows *excelize.Rows
	row  int64
}

func openSheet(s *source) (_ rows, _ *columns, err error) {
	if s.size > MaxWorkbook {
		return nil, nil, fault.New(fault.TooLarge, "exchange.file-too-large")
	}
	data := make([]byte, s.size)
	if _, err := io.ReadFull(s, data); err != nil {
		return nil, nil, err
	}
	in := strings.NewReader(string(data))
	if err := checkArchive(in, s.size); err != nil {
		return nil, nil, err
	}
	sh := &sheet{s: s}
	sh.file, err = excelize.OpenReader(in, excelize.Options{RawCellValue: true, UnzipSizeLimit: MaxUnzipped, UnzipXMLSizeLimit: partMost})
	if err != nil {
		return nil, nil, broken(err)
	}
	names := sh.file.GetSheetList()
	if len(names) == 0 {
		return nil, nil, closing(sh, fault.New(fault.Invalid, "exchange.broken-file"))
	}
	if sh.rows, err = sh.file.Rows(names[0]); err != nil {
		return nil, nil, closing(sh, broken(err))
	}
	it, err := sh.next()
	if err == io.EOF {
		err = fault.New(fault.Invalid, "exchange.no-kind-column").At("kind")
	}
	if err == nil && it.bad != nil {
		err = it.bad
	}
	if err != nil {
		return nil, nil, closing(sh, err)
	}
	c, err := readHeader(it.cells)
	if err != nil {
		return nil, nil, closing(sh, err)
	}
	return sh, c, nil
}

func closing(sh *sheet, err error) error {
	if other := sh.close(); other != nil && err == nil {
		return other
	}
	return err
}

// checkArchive refuses an archive that would unpack to much more than it is, or
// whose parts have names that lead elsewhere.
func checkArchive(in io.ReaderAt, size int64) error {
	z, err := zip.NewReader(in, size)
	if err != nil {
		return fault.New(fault.Invalid, "exchange.broken-file").Because(err)
	}
	bomb := fault.New(fault.TooLarge, "exchange.archive-too-large")
	if len(z.File) > entriesMost {
		return bomb
	}
	var total uint64
	for _, f := range z.File {
		name := strings.ReplaceAll(f.Name, `\`, "/")
		if path.IsAbs(name) || strings.Contains("/"+name+"/", "/../") {
			return fault.New(fault.Invalid, "exchange.bad-archive-path")
		}
		lower := strings.ToLower(name)
		streamed := strings.HasPrefix(lower, "xl/worksheets/sheet") || lower == "xl/sharedstrings.xml"
		if total += f.UncompressedSize64; total > MaxUnzipped || f.UncompressedSize64 > partMost && !streamed {
			return bomb
		}
	}
	if total > uint64(size)*ratioMost+1<<20 {
		return bomb
	}
	return nil
}

func (sh *sheet) close() error {
	var err error
	if sh.rows != nil {
		err = sh.rows.Close()
	}
	if other := sh.file.Close(); err == nil {
		err = other
	}
	return err
}

func (sh *sheet) next() (item, error) {
	for sh.rows.Next() {
		sh.row++
		cells, err := sh.rows.Columns()
		if err != nil {
			return item{}, broken(err)
		}
		if blank(cells) {
			continue
		}
		it := item{row: sh.row, cells: cells}
		size := 0
		for _, c := range cells {
			size += len(c)
			if !utf8.ValidString(c) {
				it.bad = fault.New(fault.Invalid, "exchange.not-utf8")
			}
		}
		if size > MaxRow {
			it.cells, it.bad = nil, fault.New(fault.TooLarge, "exchange.row-too-long", "max", MaxRow)
		}
		return it, nil
	}
	if err := sh.rows.Error(); err != nil {
		return item{}, broken(err)
	}
	return item{}, io.EOF
}

// cellMost is how many UTF-16 units a cell is given: a worksheet's cell holds
// 32,767, and the quote of protect needs one.
const cellMost = 32_000

// split cuts a cell that is too long for a worksheet into several.
func split(cell string) []string {
	if len(cell) <= cellMost {
		return []string{cell}
	}
	var parts []string
	from, units := 0, 0
	for i, r := range cell {
		n := utf16.RuneLen(r)
		if units+n > cellMost {
			parts = append(parts, cell[from:i])
			from, units = i, 0
		}
		units += n
	}
	return append(parts, cell[from:])
}
