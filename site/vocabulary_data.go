package site

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strings"
	"sync"

	"karvan/internal/fault"
	"karvan/lexicon"
)

// vocabularyFiles are the core vocabulary for programs. Each is made when it is
// first asked for, and does not change while the program runs.
type vocabularyFiles struct {
	turtle, table func() ([]byte, error)
}

func newVocabularyFiles(base string) *vocabularyFiles {
	return &vocabularyFiles{
		turtle: sync.OnceValues(func() ([]byte, error) {
			var b bytes.Buffer
			err := lexicon.WriteSKOS(&b, base)
			return b.Bytes(), err
		}),
		table: sync.OnceValues(vocabularyTable),
	}
}

// vocabularyAge is for how long, in seconds, a copy of the vocabulary may be used
// without asking again.
const vocabularyAge = "public, max-age=3600"

func (s *Site) vocabularyTurtle(w http.ResponseWriter, r *http.Request) error {
	body, err := s.wordFiles.turtle()
	if err != nil {
		return err
	}
	return s.sendVocabulary(w, r, "text/turtle; charset=utf-8", body)
}

func (s *Site) vocabularyCSV(w http.ResponseWriter, r *http.Request) error {
	body, err := s.wordFiles.table()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="vocabulary.csv"`)
	return s.sendVocabulary(w, r, "text/csv; charset=utf-8", body)
}

func (s *Site) sendVocabulary(w http.ResponseWriter, r *http.Request, mediaType string, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Cache-Control", vocabularyAge)
	h.Set("Access-Control-Allow-Origin", "*") // what everybody may read, every page may
	return s.Web.Bytes(w, r, http.StatusOK, body)
}

// conceptTurtle sends one concept: its part of the file of all, of which an empty
// line ends each part.
func (s *Site) conceptTurtle(w http.ResponseWriter, r *http.Request, id string) error {
	if _, ok := lexicon.ByID(id); !ok {
		return fault.New(fault.NotFound, "vocabulary.not-found")
	}
	all, err := s.wordFiles.turtle()
	if err != nil {
		return err
	}
	prefixes, _, _ := bytes.Cut(all, []byte("\n\n"))
	_, rest, _ := bytes.Cut(all, []byte("\n\n<"+s.conceptBase()+id+"> "))
	one, _, _ := bytes.Cut(rest, []byte("\n\n"))
	body := string(prefixes) + "\n\n<" + s.conceptBase() + id + "> " + strings.TrimSuffix(string(one), "\n") + "\n"
	return s.sendVocabulary(w, r, "text/turtle; charset=utf-8", []byte(body))
}

// vocabularyTable writes the core vocabulary as a table (RFC 4180), with a byte
// order mark for spreadsheets. Several names stand in one cell, the preferred one
// first.
func vocabularyTable() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	columns := append([]string{"id", "ford", "broader", "related", lexicon.AnyLanguage}, lexicon.CoreLanguages...)
	rows := [][]string{columns}
	for _, e := range lexicon.ByField("") {
		row := []string{e.ID, e.Field, strings.Join(e.Broader, " "), strings.Join(e.Related, " ")}
		for _, tag := range columns[4:] {
			row = append(row, tableCell(strings.Join(e.In(tag), " | ")))
		}
		rows = append(rows, row)
	}
	err := w.WriteAll(rows)
	return b.Bytes(), err
}

// tableCell keeps a spreadsheet from taking a name for a formula.
func tableCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
