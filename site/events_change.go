package site

import (
	"slices"
	"strconv"
	"strings"

	"karvan/internal/fault"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/meetings"
	"karvan/record"
)

// stretch is a part of a text, in characters.
type stretch struct{ from, to int }

// findWords gives every place where words stand in a text. Blanks count alike,
// since a browser shows a line break as a blank.
func findWords(text, words string) []stretch {
	words = strings.Join(strings.Fields(words), " ")
	if words == "" {
		return nil
	}
	flat, places := flatten([]piece{{text: []rune(text)}})
	line, length := string(flat), len([]rune(words))
	var all []stretch
	for start := 0; ; {
		i := strings.Index(line[start:], words)
		if i < 0 {
			return all
		}
		from := len([]rune(line[:start+i]))
		all = append(all, stretch{places[from].at, places[from+length-1].at + 1})
		start += i + len(words)
	}
}

// surroundings gives what stands before and after a stretch, within a line or so.
func surroundings(text string, at stretch) (before, words, after string) {
	const room = 40
	runes := []rune(text)
	return string(runes[max(0, at.from-room):at.from]), string(runes[at.from:at.to]), string(runes[at.to:min(len(runes), at.to+room)])
}

// change reads what is to be done to the points. When the words stand in several
// places and none was chosen, it notes that in the form and gives the places.
func (m markings) change(f *web.Form) (func(*record.Record) error, []Occurrence) {
	do := f.Values.Get("do")
	verb, rest, _ := strings.Cut(do, ".")
	switch verb {
	case "publish":
		return nil, nil
	case "anchor":
		return m.anchor, nil
	case "remove-point", "remove-quote":
		return remove(verb, rest), nil
	}
	return m.mark(f)
}

// anchor moves every quote whose words stand elsewhere to where they stand now.
func (m markings) anchor(r *record.Record) error {
	e := r.Body.(*meetings.Event)
	for i := range e.Points {
		for j, q := range e.Points[i].Quotes {
			out := m.byID(q.Readout)
			if out == nil {
				continue
			}
			if now, standing := meetings.Anchor(q, out.Text(q.Lang, "body")); standing == meetings.Moved {
				now.Rev = out.Rev
				e.Points[i].Quotes[j] = now
			}
		}
	}
	return nil
}

// remove takes away a point ("3") or a quote of it ("3.1").
func remove(verb, which string) func(*record.Record) error {
	point, quote, _ := strings.Cut(which, ".")
	return func(r *record.Record) error {
		e := r.Body.(*meetings.Event)
		i, err := strconv.Atoi(point)
		if err != nil || i < 0 || i >= len(e.Points) {
			return fault.New(fault.Invalid, "event.no-such-point").At("point")
		}
		if verb == "remove-point" {
			e.Points = slices.Delete(e.Points, i, i+1)
			return nil
		}
		j, err := strconv.Atoi(quote)
		if err != nil || j < 0 || j >= len(e.Points[i].Quotes) {
			return fault.New(fault.Invalid, "event.no-such-point").At("point")
		}
		e.Points[i].Quotes = slices.Delete(e.Points[i].Quotes, j, j+1)
		return nil
	}
}

// mark reads a quote: which words of which readout show which point.
func (m markings) mark(f *web.Form) (func(*record.Record) error, []Occurrence) {
	out, tag := m.readout(f.Text("readout")), f.Lang("lang")
	if out == nil || out.Text(tag, "body") == "" {
		f.Invalid("quote", "event.no-such-readout")
		return nil, nil
	}
	text := out.Text(tag, "body")
	places := findWords(text, f.Lines("quote"))
	chosen := 0
	var found []Occurrence
	switch {
	case len(places) == 0:
		f.Invalid("quote", "event.quote-not-found")
	case len(places) > 1:
		n, err := strconv.Atoi(f.Text("occurrence"))
		if err != nil || n < 1 || n > len(places) {
			for i, at := range places {
				before, words, after := surroundings(text, at)
				found = append(found, Occurrence{i + 1, before, words, after})
			}
			f.Invalid("quote", "event.quote-several", "n", len(places))
			break
		}
		chosen = n - 1
	}
	labels := pointLabels(f)
	which := f.Text("point")
	kind := f.Choice("kind", meetings.PointKinds...)
	switch {
	case which == "":
		f.Invalid("point", "event.choose-point")
	case which == "new" && kind == "":
		f.Invalid("kind", "fault.required")
	}
	if which == "new" && len(labels) == 0 {
		f.Invalid("label.en", "event.label-needed")
	}
	return func(r *record.Record) error {
		e := r.Body.(*meetings.Event)
		at := places[chosen]
		q := meetings.Quote{Readout: out.ID, Lang: tag, Rev: out.Rev, Start: at.from, End: at.to, Text: string([]rune(text)[at.from:at.to])}
		if which == "new" {
			e.Points = append(e.Points, meetings.Point{Kind: kind, Labels: labels, Quotes: []meetings.Quote{q}})
			return nil
		}
		i, err := strconv.Atoi(which)
		if err != nil || i < 0 || i >= len(e.Points) {
			return fault.New(fault.Invalid, "event.no-such-point").At("point")
		}
		p := &e.Points[i]
		if slices.ContainsFunc(p.Quotes, func(have meetings.Quote) bool {
			return have.Readout == q.Readout && have.Lang == q.Lang && have.Start == q.Start && have.End == q.End
		}) {
			return fault.New(fault.Invalid, "event.quote-there").At("quote")
		}
		p.Quotes = append(p.Quotes, q)
		return nil
	}, found
}

// pointLabels reads what a new point is called, by language.
func pointLabels(f *web.Form) map[string]string {
	labels := map[string]string{}
	for _, t := range lang.Interface {
		if text := f.Text("label." + string(t)); text != "" {
			labels[string(t)] = text
		}
	}
	if t := f.Lang("other_lang"); t != "" && f.Text("label.other") != "" {
		labels[string(t)] = f.Text("label.other")
	}
	return labels
}
