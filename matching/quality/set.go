// Package quality measures how well matching works on sets with judgements: which
// documents are the right answers to which queries.
package quality

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
)

// Bounds on what is read, so that a wrong file ends in an error.
const (
	maxLine  = 4 << 20
	maxLines = 5_000_000
)

// Text is a document or a query of a set.
type Text struct {
	ID    string `json:"_id"`
	Lang  string `json:"lang"`
	Title string `json:"title,omitempty"`
	Text  string `json:"text"`
}

// Set is documents, queries and judgements in the form of BEIR (Thakur et al.
// 2021), with a language for each text.
type Set struct {
	Documents []Text
	Queries   []Text
	// Grades says how right a document is for a query: by query, then document.
	// What is not in it is not right.
	Grades map[string]map[string]int
}

// Read reads corpus.jsonl, queries.jsonl and qrels.tsv of a folder.
func Read(dir fs.FS) (*Set, error) {
	s := &Set{Grades: map[string]map[string]int{}}
	var err error
	if s.Documents, err = readTexts(dir, "corpus.jsonl"); err != nil {
		return nil, err
	}
	if s.Queries, err = readTexts(dir, "queries.jsonl"); err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, d := range s.Documents {
		known[d.ID] = true
	}
	asked := map[string]bool{}
	for _, q := range s.Queries {
		asked[q.ID] = true
	}
	return s, eachLine(dir, "qrels.tsv", func(n int, line string) error {
		cells := strings.Split(line, "\t")
		if n == 1 && cells[0] == "query-id" {
			return nil
		}
		if len(cells) != 3 {
			return fmt.Errorf("%d columns, not query-id, corpus-id and score", len(cells))
		}
		grade, err := strconv.Atoi(cells[2])
		if err != nil {
			return fmt.Errorf("score %q is not a whole number", cells[2])
		}
		if !asked[cells[0]] || !known[cells[1]] {
			return fmt.Errorf("%s or %s is in neither corpus.jsonl nor queries.jsonl", cells[0], cells[1])
		}
		if s.Grades[cells[0]] == nil {
			s.Grades[cells[0]] = map[string]int{}
		}
		s.Grades[cells[0]][cells[1]] = grade
		return nil
	})
}

func readTexts(dir fs.FS, name string) (texts []Text, err error) {
	seen := map[string]bool{}
	err = eachLine(dir, name, func(_ int, line string) error {
		var t Text
		if err := json.Unmarshal([]byte(line), &t); err != nil {
			return err
		}
		if t.ID == "" || t.Lang == "" {
			return fmt.Errorf("_id and lang are needed")
		}
		if seen[t.ID] {
			return fmt.Errorf("_id %s stands twice", t.ID)
		}
		seen[t.ID] = true
		texts = append(texts, t)
		return nil
	})
	if err == nil && len(texts) == 0 {
		err = fmt.Errorf("%s has no lines", name)
	}
	return texts, err
}

func eachLine(dir fs.FS, name string, f func(n int, line string) error) error {
	file, err := dir.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return scan(file, name, f)
}

func scan(r io.Reader, name string, f func(n int, line string) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		if n > maxLines {
			return fmt.Errorf("%s has more than %d lines", name, maxLines)
		}
		line := strings.TrimSuffix(lines.Text(), "\r")
		if strings.TrimSpace(line) == "" {
			continue
		}
		if err := f(n, line); err != nil {
			return fmt.Errorf("%s, line %d: %w", name, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
