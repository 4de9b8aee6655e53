// Package vectors keeps the vectors that an embedding service made of public
// records, and finds those that point the same way.
//
// It is an addition that may be missing at any moment. A [Keeper] follows the
// journal, asks the service in the background for what has no vector yet, and
// answers from memory. Nothing waits for it: what the service has not judged is
// found by its words alone.
//
// A vector is of the public revision of a record, in the words that everybody
// may read; nothing else is ever sent. Vectors of records that were withdrawn or
// erased are deleted. They can be made again at any time, so they are neither
// exported nor part of a record.
//
// A [Set] holds vectors of unit length in seven bits a number. Its search is
// exact: it looks at every vector.
package vectors
