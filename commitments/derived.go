package commitments

import (
	"time"

	"karvan/internal/id"
	"karvan/parties"
)

// Class says how a commitment stands to its due day.
type Class string

// The classes.
const (
	Overdue Class = "overdue"  // its due day is over and it is not done
	DueSoon Class = "due-soon" // it ends within [SoonWithin]
	Later   Class = "later"
	Undated Class = "undated" // the text names no day
	Closed  Class = "closed"  // done, or reported so, or no longer asked for
)

// SoonWithin is how long before its due day a commitment is due soon.
const SoonWithin = 30 * 24 * time.Hour

// staleMonths is after how many months without a report a commitment is stale.
const staleMonths = 12

// dueEnd is the first instant after a due day, month or year.
func dueEnd(d parties.Date) time.Time {
	first := d.First()
	switch len(d) {
	case 4:
		return first.AddDate(1, 0, 0)
	case 7:
		return first.AddDate(0, 1, 0)
	}
	return first.AddDate(0, 0, 1)
}

// ClassOn says how c stands to its due day at an instant.
func (c *Commitment) ClassOn(now time.Time) Class {
	switch end := dueEnd(c.Due); {
	case !c.Progress.Open():
		return Closed
	case c.Due == "":
		return Undated
	case !now.Before(end):
		return Overdue
	case end.Sub(now) < SoonWithin:
		return DueSoon
	}
	return Later
}

// Since is the day from which reports are waited for: that of the adoption,
// zero before it.
func (c *Commitment) Since() time.Time {
	for _, s := range c.Steps {
		if s.Verb == Adopt {
			return s.At
		}
	}
	return time.Time{}
}

// Stale reports whether nothing was reported for a year, last being when the
// newest report was published, zero for never.
func (c *Commitment) Stale(last, now time.Time) bool {
	since := c.Since()
	if last.After(since) {
		since = last
	}
	return c.Progress.Open() && !since.IsZero() && !now.Before(since.AddDate(0, staleMonths, 0))
}

// Moved reports whether anything was ever said to be done about c.
func (c *Commitment) Moved() bool {
	for _, s := range c.Steps {
		if s.Verb == Start || s.Verb == ReportDone {
			return true
		}
	}
	return false
}

// Earlier lists the earlier texts of a promise, nearest first, each once, as far
// as known has them. A circle of repetitions ends where it closes.
func Earlier(start id.ID, known map[id.ID]*Commitment) []id.ID {
	var line []id.ID
	seen := map[id.ID]bool{start: true}
	for queue := []id.ID{start}; len(queue) > 0; queue = queue[1:] {
		c := known[queue[0]]
		if c == nil {
			continue
		}
		for _, one := range c.Repeats {
			if !seen[one] && known[one] != nil {
				seen[one] = true
				line = append(line, one)
				queue = append(queue, one)
			}
		}
	}
	return line
}

// RepeatedWithoutProgress counts how many times a promise was repeated while
// nothing was ever said to be done about it or any earlier text of it.
func RepeatedWithoutProgress(c *Commitment, earlier []*Commitment) int {
	if c.Moved() || c.Progress.Final() {
		return 0
	}
	for _, e := range earlier {
		if e.Moved() {
			return 0
		}
	}
	return len(earlier)
}
