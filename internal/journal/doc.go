// Package journal appends what happened in the transaction that made it
// happen, and feeds it to consumers in order.
//
// A line says that a record has a new revision. It is written without a place
// in the order; a single sequencer, one of all processes over the database,
// gives committed lines their place afterwards. An order taken from a serial
// column would lose lines on PostgreSQL, where a later number may commit first.
//
// Lines of one record keep the order of its revisions, because a revision is
// always later in time than the one before it (record.Put sees to that) and
// the sequencer orders by time.
package journal
