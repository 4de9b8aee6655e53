// Package formats reads vocabularies and dictionaries in the forms in which they
// are published.
//
// The forms are tables (words in many languages, dictionary pairs, CSV of either),
// SKOS thesauri in Turtle, N-Triples, RDF/XML and JSON-LD, and TBX (ISO 30042).
// Whatever the form, what comes out are entries of the lexicon: a concept, or a
// word with its translations.
//
// Invariants. What is read is bounded: the bytes unpacked, a line, a token, the
// labels of an entry, the entries, the depth of nesting, and what is kept of a
// graph until its end. What exceeds the bounds of an entry is left out and
// counted; what exceeds those of a file ends the reading with a fault. Nothing is
// ever fetched, whatever address a file names.
//
// Languages are kept by language and, where it is not the usual one, script:
// "zh-CN" is "zh", "be_BY" is "be", "sr-Latn" stays. A label without a language
// is taken to be written alike in all.
package formats
