// Package parties knows states, bodies' membership as at a date, organisations,
// posts and people, and who speaks for whom.
//
// Everything that changes with time is a relation with dates: what a state is
// called, what it is to a body, which categories a body has, who holds a post.
// Counts are computed for a day ([Members]) and never stored. Dates may be known
// only to the year or the month ([Date]), and a fact may be marked unverified:
// both stay visible.
package parties
