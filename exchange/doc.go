// Package exchange carries records in and out of a node as files: JSON Lines,
// CSV and XLSX, and the register of research organisations (ROR).
//
// Words. A row is one revision of a record. In JSON Lines it is the canonical
// form itself; in a table it is that form taken apart into cells, one column a
// place ("texts/en/fields/title"), and the same columns put it together again,
// so what is exported and imported keeps its digest.
//
// Invariants. An import writes batches of rows, each in one transaction
// together with the place it has reached in the file: after a process dies, a
// second run goes on where the last batch ended, and no row is half there. A bad
// row is reported and never enters. What is read from a file is bounded: the
// bytes of a row, of a cell, of an archive, and the number of columns.
//
// It does not decide who may import: whoever calls it acts for the operator of
// the node. It does not index: that follows from the journal.
package exchange
