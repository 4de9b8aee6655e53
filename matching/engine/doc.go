// Package engine answers every list, filter, facet, sort, range and full-text
// query of the product from memory.
//
// Documents of one kind live in segments of at most 65,535 documents. A segment
// never changes: its documents are ordered by key, a posting is three bytes (a
// 16-bit offset and an 8-bit impact, the term-frequency part of BM25), attribute
// values are kept both by document and by value, numbers and order keys as
// columns with a sorted permutation. Rarity (idf) is computed at query time from
// document frequencies that count live documents only, so impacts never need
// rewriting and a score does not depend on the history of the index.
//
// A write builds a small segment from its batch, marks what it replaces as dead
// in fresh copies of the bitmaps and counts concerned, merges segments of like
// size, and publishes the whole as one new state. A reader takes the state once
// and is never blocked.
//
// Text is scored with BM25 over weighted fields: a term's frequency is the sum
// over its occurrences of the field's weight times the occurrence's own, and a
// document's length is the same sum over all terms. Length is set against Options.Length rather than a moving mean. The
// impact of a posting is 255·tf/(tf+k), rounded and at least 1. A query's group
// weights are scaled to integers whose sum fits 16 bits, and an alternative weighs
// as much of its group's as it is sure; the score of a group in a document is the
// greatest product of impact and weight divided by 256, rounded up, and the score
// of the document is the sum over groups.
//
// Every posting of a query is added up, term at a time, over one segment after
// the other, whose scores stay in the processor's second cache. For queries of
// whole records that is far quicker than methods which skip documents, because
// hardly any can be skipped.
//
// The package does no input or output but through io.Reader and io.Writer, and
// knows nothing of the areas of the product.
package engine
