// Package meetings records events and their readouts.
//
// The event is the thing that happened; a readout is what one party says about
// it, an item of the board linked to the event. An event names who took part, in
// the post they held that day. Its points are what the readouts name: themes,
// initiatives, statements, things agreed. An editor marks each with the quotes
// that show it, anchored by readout, language, text position and revision
// ([Quote]); when a readout is corrected, its quotes are found again in the new
// text, or flagged ([Anchor]). What only one readout says is computed from the
// quotes, never stored.
package meetings
