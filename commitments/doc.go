// Package commitments follows what was promised, quote by quote, to what was
// done.
//
// A commitment is a promise that stands in a text: it keeps the words ([Quote]),
// who is bound by them ([Obliged]), what kind of thing was promised and until
// when. Its [Progress] moves along one table ([Flow]); each [Step] is kept with
// its day and the party that took it, and replaying the steps gives the progress.
// A report is what one obliged state or secretariat says of it, with evidence.
// What follows from days (overdue, nothing reported, repeated without progress)
// is computed when it is read, never stored.
//
// Invariants. Only the verbs of this package change progress. A state's reports
// are written by that state alone, and what a published report says happened is
// not changed afterwards. Done is confirmed by somebody who is not bound by the
// promise and did not report it: neither as account nor as state. Who is bound is
// never widened: "relevant member states" stays unspecified until somebody names
// them, and "all" means the members as of a day. A quote whose text was corrected
// is found again or flagged ([Quote.In]); nothing is moved without a note.
package commitments
