package api

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"time"
)

// columns are the first row of a table. They do not change with the language,
// since programs read them.
var columns = []string{"id", "kind", "rev", "state", "title", "title_lang", "summary", "author", "author_lang", "topics", "fields",
	"languages", "published", "updated", "page", "record", "digest"}

// csv writes the list as a table (RFC 4180). It begins with a byte order mark,
// without which spreadsheets take letters beyond ASCII for others.
func (f *feed) csv() []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	w.Write(columns)
	for i := range f.entries {
		e := &f.entries[i]
		codes := map[string][]string{}
		for _, c := range e.categories {
			codes[c.scheme] = append(codes[c.scheme], c.term)
		}
		var languages []string
		for _, t := range e.r.Languages() {
			languages = append(languages, string(t))
		}
		row := []string{string(e.r.ID), e.r.Kind, strconv.Itoa(e.r.Rev), string(e.r.State), e.title.text, string(e.title.lang), e.summary.text,
			e.author.text, string(e.author.lang), strings.Join(codes["topic"], " "), strings.Join(codes["field"], " "), strings.Join(languages, " "),
			e.published.UTC().Format(time.RFC3339), e.updated.UTC().Format(time.RFC3339), e.page, f.api.recordURL(e.r.ID), e.r.Digest}
		for j := range row {
			row[j] = safeCell(row[j])
		}
		w.Write(row)
	}
	w.Flush()
	return b.Bytes()
}

// safeCell keeps a spreadsheet from taking a cell for a formula: it puts an
// apostrophe before the characters that begin one, their full-width forms
// included, and before blanks that some programs skip.
func safeCell(s string) string {
	if s == "" {
		return s
	}
	first := []rune(s)[0]
	if strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + s
	}
	return s
}
