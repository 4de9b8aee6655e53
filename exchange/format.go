package exchange

import (
	"path/filepath"
	"strings"

	"karvan/internal/fault"
)

// Format is a form of file.
type Format string

// The formats. ROR is read, not written.
const (
	JSONLines Format = "jsonl"
	CSV       Format = "csv"
	XLSX      Format = "xlsx"
	ROR       Format = "ror"
)

// Formats lists the formats, those that are written first.
var Formats = []Format{JSONLines, CSV, XLSX, ROR}

// FormatOf tells the format from a file's name. ROR is never guessed, because
// its files end like others.
func FormatOf(name string) (Format, error) {
	name = strings.TrimSuffix(strings.ToLower(name), ".gz")
	switch filepath.Ext(name) {
	case ".jsonl", ".ndjson":
		return JSONLines, nil
	case ".csv", ".tsv":
		return CSV, nil
	case ".xlsx":
		return XLSX, nil
	}
	return "", fault.New(fault.Unsupported, "exchange.unknown-format")
}

// Bounds on what is read and written.
const (
	MaxColumns  = 16_384     // what a worksheet holds
	MaxRows     = 1_048_575  // of a worksheet, without its header
	MaxCell     = 1 << 21    // bytes of a cell: a revision's bytes, escaped
	MaxRow      = 1 << 23    // bytes of a row in a file
	MaxFile     = 16 << 30   // bytes of a file
	MaxUnpacked = 64 << 30   // bytes of a gzip file when unpacked; it is streamed
	MaxWorkbook = 256 << 20  // bytes of an XLSX file
	MaxUnzipped = 1024 << 20 // bytes of an XLSX file when unpacked
	MaxBadRows  = 1000       // bad rows kept in a report; all are counted
)
