// Package db opens SQLite or PostgreSQL, applies migrations, and runs read and
// write transactions.
//
// One SQL text serves both engines: $1 placeholders, text keys, times as
// bigint microseconds UTC, flags as smallint. Human text is never folded,
// compared or sorted in SQL, since the engines disagree about it; the index
// does that. A [Tx] carries its time and its actor, so that every row and every
// journal line written in it agree.
package db
