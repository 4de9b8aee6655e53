package commitments

import (
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/parties"
	"karvan/record"
)

// What a report says.
const (
	SaysStarted  = "started"
	SaysProgress = "progress"
	SaysDone     = "done"
	SaysObstacle = "obstacle"
)

// Says lists what a report may say.
var Says = []string{SaysStarted, SaysProgress, SaysDone, SaysObstacle}

// Number is a count that a report gives as evidence.
type Number struct {
	What     string   `json:"what"` // what is counted, in the report's own language
	Value    float64  `json:"value"`
	Unit     string   `json:"unit,omitempty"`
	Baseline *float64 `json:"baseline,omitempty"` // what it was before
}

// Proof is a piece of evidence: a record, an address, or a number.
type Proof struct {
	Record id.ID   `json:"record,omitempty"`
	URL    string  `json:"url,omitempty"`
	Number *Number `json:"number,omitempty"`
}

// Report is the body of a report: what one party says of a commitment.
type Report struct {
	Commitment id.ID  `json:"commitment"`
	State      id.ID  `json:"state"` // who reports: a state, or a body for its secretariat
	Says       string `json:"says"`
	parties.Period
	Evidence []Proof `json:"evidence,omitempty"`
}

// Bounds on a report.
const (
	maxProofs = 60
	maxWhat   = 200 // characters
)

// Validate implements [record.Body]. A report is owned by who reports, so that no
// policy can let another party at it.
func (p *Report) Validate(r *record.Record, _ bool) error {
	var l fault.List
	if !isA(p.Commitment, "commitment") {
		l.Add("body.commitment", "id.invalid")
	}
	if !isA(p.State, "state", "body") || r.State != record.Erased && (r.Owner != p.State || r.Party != p.State) {
		l.Add("body.state", "commitment.own-report")
	}
	if !slices.Contains(Says, p.Says) {
		l.Add("body.says", "code.unknown")
	}
	for name, d := range map[string]parties.Date{"from": p.From, "to": p.To} {
		if _, err := parties.ParseDate(string(d)); err != nil {
			l.Add("body."+name, "date.invalid")
		}
	}
	if p.From != "" && p.To != "" && p.To.First().Before(p.From.First()) {
		l.Add("body.to", "date.order")
	}
	if len(p.Evidence) > maxProofs {
		l.Add("body.evidence", "record.too-many", "max", maxProofs)
		return l.Err()
	}
	for i, e := range p.Evidence {
		e.validate(&l, fmt.Sprintf("body.evidence.%d", i))
	}
	return l.Err()
}

func (e Proof) validate(l *fault.List, at string) {
	if e.Record == "" && e.URL == "" && e.Number == nil {
		l.Add(at, "text.missing")
	}
	if e.Record != "" {
		if _, err := id.Parse(string(e.Record)); err != nil {
			l.Add(at+".record", "id.invalid")
		}
	}
	if e.URL != "" && !record.WebURL(e.URL) {
		l.Add(at+".url", "url.invalid")
	}
	n := e.Number
	if n == nil {
		return
	}
	if n.What == "" {
		l.Add(at+".number.what", "text.missing")
	}
	for name, s := range map[string]string{"what": n.What, "unit": n.Unit} {
		if c := utf8.RuneCountInString(s); c > maxWhat {
			l.Add(at+".number."+name, "text.too-long", "n", c, "max", maxWhat)
		}
		if lang.CheckText(s) != nil {
			l.Add(at+".number."+name, "text.forbidden-characters")
		}
	}
	for name, v := range map[string]*float64{"value": &n.Value, "baseline": n.Baseline} {
		if v != nil && (math.IsNaN(*v) || math.Abs(*v) > 1e15) {
			l.Add(at+".number."+name, "number.out-of-range", "min", 0, "max", int64(1e15))
		}
	}
}
