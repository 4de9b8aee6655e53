// Package matching keeps the index current and searches it.
//
// The index is a replica of the records that answers every list, filter, facet,
// sort and full-text query. It follows the journal, can be thrown away, and is
// rebuilt from the records; a snapshot on disk spares a restart the analysis.
//
// Every record has up to two documents: its public revision under its own kind,
// and, while that is not the newest, its newest revision under "head/<kind>" for
// the desks of those who may read drafts. Lists of the public never ask for the
// second.
package matching
