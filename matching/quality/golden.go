package quality

import (
	_ "embed" // for the golden figures
	"encoding/json"
	"slices"
	"sync"
)

//go:embed golden.json
var goldenFile []byte

// Figures are how well matching does on a set.
type Figures struct {
	// Set names the set: "judged" is the one in testdata, which the tests measure
	// again.
	Set string `json:"set"`
	// Note says what the set is, in English.
	Note string `json:"note"`
	// MeasuredOn says when and with which vocabularies a set was measured that the
	// tests do not measure; "" for one that they do.
	MeasuredOn string `json:"measured_on,omitempty"`
	Rows       []Row  `json:"rows"`
}

// Golden gives the figures that are committed with the program, in the order in
// which they are shown. They are shared: do not change them.
var Golden = sync.OnceValue(func() []Figures {
	var all []Figures
	if err := json.Unmarshal(goldenFile, &all); err != nil {
		panic(err) // the file is part of the program, and a test reads it
	}
	return all
})

// Mean is the row of all queries, which looks for documents of every language.
func (f Figures) Mean() (Row, bool) { return f.Row(All, All) }

// Row is how well queries of a language find documents of a language.
func (f Figures) Row(query, doc string) (Row, bool) {
	i := slices.IndexFunc(f.Rows, func(r Row) bool { return r.QueryLang == query && r.DocLang == doc })
	if i < 0 {
		return Row{}, false
	}
	return f.Rows[i], true
}

// Languages lists the languages of the queries and of the documents in the order
// of the rows, without [All].
func (f Figures) Languages() (queries, docs []string) {
	for _, r := range f.Rows {
		if r.QueryLang != All && !slices.Contains(queries, r.QueryLang) {
			queries = append(queries, r.QueryLang)
		}
		if r.DocLang != All && !slices.Contains(docs, r.DocLang) {
			docs = append(docs, r.DocLang)
		}
	}
	slices.Sort(docs)
	return queries, docs
}
