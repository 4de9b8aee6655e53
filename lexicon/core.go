package lexicon

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
)

//go:embed core/*.tsv
var coreFiles embed.FS

// CoreSource is the vocabulary that the program brings along.
var CoreSource = Source{ID: "karvan", Title: "Karvan core vocabulary", Licence: "CC0-1.0"}

// coreColumns is the first line of every file of the core vocabulary.
const coreColumns = "id\tford\tbroader\trelated\tsame\ten\tzh\tru\tkk\tky\ttg\tuz\thi\tur\tfa\tbe"

// CoreLanguages lists the languages of the core vocabulary in the order of its
// columns.
var CoreLanguages = strings.Split(coreColumns, "\t")[5:]

// Core gives the entries of the core vocabulary, in the order of its files. They
// are shared: do not change them.
var Core = sync.OnceValue(func() []Entry {
	var all []Entry
	files, err := fs.Glob(coreFiles, "core/*.tsv")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, f := range files {
		b, err := coreFiles.ReadFile(f)
		if err != nil {
			panic(err)
		}
		entries, err := readCore(b)
		if err != nil {
			panic(fmt.Sprintf("%s: %v", path.Base(f), err)) // a test reads every file
		}
		all = append(all, entries...)
	}
	return all
})

func readCore(b []byte) ([]Entry, error) {
	lines := bufio.NewScanner(bytes.NewReader(b))
	lines.Buffer(nil, 64<<10)
	var entries []Entry
	for n := 1; lines.Scan(); n++ {
		cells := strings.Split(lines.Text(), "\t")
		if n == 1 {
			if lines.Text() != coreColumns {
				return nil, fmt.Errorf("line 1 is not the line of column names")
			}
			continue
		}
		if len(cells) != 5+len(CoreLanguages) {
			return nil, fmt.Errorf("line %d has %d columns", n, len(cells))
		}
		e := Entry{ID: cells[0], Field: strings.Trim(cells[1], "-"), Broader: parts(cells[2], ";"), Related: parts(cells[3], ";")}
		for _, text := range parts(cells[4], "|") {
			e.Labels = append(e.Labels, Label{AnyLanguage, text})
		}
		for i, tag := range CoreLanguages {
			for _, text := range parts(cells[5+i], "|") {
				e.Labels = append(e.Labels, Label{tag, text})
			}
		}
		entries = append(entries, e)
	}
	return entries, lines.Err()
}

// parts splits a cell and leaves out what is empty.
func parts(cell, separator string) []string {
	var all []string
	for _, p := range strings.Split(cell, separator) {
		if p = strings.TrimSpace(p); p != "" {
			all = append(all, p)
		}
	}
	return all
}
