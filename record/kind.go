package record

import (
	"fmt"

	"karvan/internal/access"
	"karvan/internal/id"
)

// Body is what a kind of record says beside its words: a pointer to a struct
// whose exported fields have JSON names.
type Body interface {
	// Validate checks the body within its record. A draft may lack what is
	// required to publish, but nothing it says may be wrong.
	Validate(r *Record, draft bool) error
}

// TextField declares one of the texts a kind has in every language.
type TextField struct {
	Name     string
	Max      int  // in characters
	Required bool // in the source language, to publish
	Lines    bool // may have line breaks
	Markdown bool // is Markdown; implies Lines
}

// Kind describes one kind of record.
type Kind struct {
	Name     string
	New      func() Body
	Texts    []TextField
	Policy   access.Policy
	FourEyes bool // who wrote it may not publish it
	// Guard refuses a change that the policy alone cannot judge, since it
	// depends on what changes. old is nil for a new record. It may be nil.
	Guard func(a access.Actor, old, next *Record) error
	// Refs lists the records that the body names, beside the envelope's links.
	// It may be nil.
	Refs func(r *Record) []Link
	// Features adds what the index should see beside what every record has.
	// code gives the short code of a state's id. It may be nil.
	Features func(r *Record, f *Features, code func(id.ID) string)
}

// Text finds a declared text by name.
func (k *Kind) Text(name string) (TextField, bool) {
	for _, f := range k.Texts {
		if f.Name == name {
			return f, true
		}
	}
	return TextField{}, false
}

// Book is the set of kinds a node knows, and the way to its records. It keeps a
// bounded cache of decoded revisions, which never change.
type Book struct {
	node  string
	kinds map[string]*Kind
	order []*Kind
	cache *cache
}

// NewBook makes the book of node with its kinds, listed by hand in app.
func NewBook(node string, kinds ...*Kind) *Book {
	b := &Book{node: node, kinds: map[string]*Kind{}, order: kinds, cache: newCache(cacheRecords, cacheBytes)}
	for _, k := range kinds {
		if b.kinds[k.Name] != nil {
			panic(fmt.Sprintf("record: kind %q is registered twice", k.Name))
		}
		b.kinds[k.Name] = k
	}
	return b
}

// Node is the domain under which this node makes identifiers.
func (b *Book) Node() string { return b.node }

// Kind finds a kind by name, nil when there is none.
func (b *Book) Kind(name string) *Kind { return b.kinds[name] }

// Kinds lists the kinds in the order they were registered.
func (b *Book) Kinds() []*Kind { return b.order }
