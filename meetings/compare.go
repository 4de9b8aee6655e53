package meetings

import (
	"strings"

	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/record"
)

// Standing says how a quote stands in the present text of its readout.
type Standing string

// The standings of a quote.
const (
	Exact Standing = "exact" // where it was marked
	Moved Standing = "moved" // the same words, elsewhere in a corrected text
	Lost  Standing = "lost"  // the words are gone: an editor has to look
)

// Anchor finds a quote in the present body text of its readout. A quote whose
// words stand where they were marked is exact; the same words elsewhere (nearest
// to the old place) have moved; otherwise it is lost and keeps its old place.
func Anchor(q Quote, text string) (Quote, Standing) {
	runes := []rune(text)
	if q.End <= len(runes) && q.Start >= 0 && q.Start < q.End && string(runes[q.Start:q.End]) == q.Text {
		return q, Exact
	}
	best := -1
	for from := 0; ; {
		i := strings.Index(text[from:], q.Text)
		if i < 0 || q.Text == "" {
			break
		}
		at := len([]rune(text[:from+i]))
		if best < 0 || abs(at-q.Start) < abs(best-q.Start) {
			best = at
		}
		from += i + len(q.Text)
	}
	if best < 0 {
		return q, Lost
	}
	q.Start, q.End = best, best+len([]rune(q.Text))
	return q, Moved
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// Evidence is a quote as it stands now.
type Evidence struct {
	Quote
	Standing Standing
}

// Row is a point with what each readout says about it, in the readouts' order.
type Row struct {
	Point
	By   [][]Evidence // per readout: the quotes in the language that is compared
	Only int          // place of the only readout that names it, -1 when several or none do
}

// Comparison is what stands side by side: the readouts of an event and the
// points they name.
type Comparison struct {
	Readouts []*record.Record
	Rows     []Row // points that several readouts name, then those of one only
	Lost     int   // quotes an editor has to look at
}

// Compare lays the readouts of an event side by side for a reader. A readout
// names a point when a quote in any language shows it; the quotes shown are
// those in the language of the readout's text that the reader is given.
func Compare(e *Event, readouts []*record.Record, reader lang.Tag) Comparison {
	place := map[id.ID]int{}
	for i, r := range readouts {
		place[r.ID] = i
	}
	c := Comparison{Readouts: readouts}
	var common, single []Row
	for _, p := range e.Points {
		row := Row{Point: p, By: make([][]Evidence, len(readouts)), Only: -1}
		named := map[int]bool{}
		for _, q := range p.Quotes {
			i, ok := place[q.Readout]
			if !ok {
				continue
			}
			named[i] = true
			now, standing := Anchor(q, readouts[i].Text(q.Lang, "body"))
			if standing == Lost {
				c.Lost++
			}
			if readouts[i].Read(reader, "body").Lang == q.Lang {
				row.By[i] = append(row.By[i], Evidence{now, standing})
			}
		}
		switch len(named) {
		case 1:
			for i := range named {
				row.Only = i
			}
			single = append(single, row)
		default:
			common = append(common, row)
		}
	}
	c.Rows = append(common, single...)
	return c
}
