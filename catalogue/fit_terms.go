package catalogue

import (
	"slices"
	"strconv"
	"time"

	"karvan/parties"
	"karvan/record"
)

// near lists the zones whose practice often carries over, which a person has to
// judge.
var near = map[string][]string{
	"arid":           {"semi-arid", "irrigated-arid", "desert-oasis"},
	"semi-arid":      {"arid", "irrigated-arid", "steppe"},
	"irrigated-arid": {"arid", "semi-arid", "desert-oasis"},
	"desert-oasis":   {"arid", "irrigated-arid"},
	"steppe":         {"semi-arid", "temperate"},
	"temperate":      {"steppe", "boreal", "subtropical"},
	"boreal":         {"temperate"},
	"subtropical":    {"temperate", "tropical"},
	"tropical":       {"subtropical"},
}

// climate sets zones and seasons against each other, where it is about
// agriculture.
func (f *fit) climate() {
	if !f.need.Agricultural() || !f.offer.Agricultural() {
		return
	}
	n, o := agroOf(f.need), agroOf(f.offer)
	f.grown("zone", n.Zones, o.Zones, func(zone string) []string { return near[zone] })
	if slices.Contains(n.Seasons, "year-round") != slices.Contains(o.Seasons, "year-round") && len(n.Seasons) > 0 && len(o.Seasons) > 0 {
		f.add("season", Helps, "season", n.Seasons, o.Seasons)
		return
	}
	f.grown("season", n.Seasons, o.Seasons, func(string) []string { return nil })
}

func agroOf(p *Profile) Agro {
	if p.Agro == nil {
		return Agro{}
	}
	return *p.Agro
}

func (f *fit) grown(name string, need, offer []string, near func(string) []string) {
	both := shared(need, offer)
	close := slices.ContainsFunc(need, func(z string) bool { return len(shared(near(z), offer)) > 0 })
	switch {
	case len(need) == 0: // it is not asked for
	case len(both) > 0:
		f.add(name, Helps, name, both, both)
	case len(offer) == 0 || close:
		f.add(name, Open, name, need, offer)
	default:
		f.add(name, Hinders, name, need, offer)
	}
}

// budget sets what the need can pay against what the offer asks. An offer of
// money is the other way round: it must reach what is needed.
func (f *fit) budget() {
	n, o := f.need.Budget, f.offer.Budget
	if n == nil || *n == (Budget{Currency: n.Currency}) {
		return
	}
	need := []string{n.String()}
	if o == nil || *o == (Budget{Currency: o.Currency}) {
		f.add("budget", Open, "money", need, nil)
		return
	}
	v := Helps
	switch {
	case n.Currency != o.Currency:
		v = Open // rates of exchange are for people to judge
	case f.offer.Type == "funding-offer" && o.To > 0 && o.To < n.From:
		v = Hinders
	case f.offer.Type != "funding-offer" && n.To > 0 && o.From > n.To:
		v = Hinders
	}
	f.add("budget", v, "money", need, []string{o.String()})
}

// deadline asks whether there is time to answer.
func (f *fit) deadline() {
	v, any := Helps, false
	for _, d := range []parties.Date{f.need.Deadline, f.offer.Deadline} {
		if d == "" {
			continue
		}
		any = true
		switch last := lastDay(d); {
		case f.env.Now.After(last):
			v = Hinders
		case v == Helps && last.Sub(f.env.Now) < Soon:
			v = Open
		}
	}
	if any {
		f.add("deadline", v, "day", []string{string(f.need.Deadline)}, []string{string(f.offer.Deadline)})
	}
}

// lastDay is the end of the last day that a date may mean.
func lastDay(d parties.Date) time.Time {
	first := d.First()
	switch len(d) {
	case len("2006"):
		return first.AddDate(1, 0, 0)
	case len("2006-01"):
		return first.AddDate(0, 1, 0)
	}
	return first.AddDate(0, 0, 1)
}

// validity asks whether both still hold. That they do is no merit.
func (f *fit) validity(need, offer *record.Record) {
	v := Verdict("")
	for _, r := range []*record.Record{need, offer} {
		switch {
		case !r.ValidTo.IsZero() && !f.env.Now.Before(r.ValidTo) || r.State == record.Expired:
			v = Hinders
		case v == "" && !Vouched(r).IsZero() && !Fresh(r, f.env.Now):
			v = Open
		}
	}
	if v != "" {
		f.add("validity", v, "day", []string{dayOf(need)}, []string{dayOf(offer)})
	}
}

// dayOf is the day on which the owner of r last said that it holds.
func dayOf(r *record.Record) string {
	if at := Vouched(r); !at.IsZero() {
		return at.UTC().Format(time.DateOnly)
	}
	return ""
}

// dissemination asks whether each may be shown where the other is.
func (f *fit) dissemination() {
	v := Verdict("")
	look := func(states []string, other string) {
		switch {
		case len(states) == 0:
		case other == "" && v == "":
			v = Open
		case other != "" && !slices.Contains(states, other):
			v = Hinders
		}
	}
	look(f.need.Dissemination, f.env.Offerer.State)
	look(f.offer.Dissemination, f.env.Seeker.State)
	if v != "" {
		f.add("dissemination", v, "state", f.need.Dissemination, f.offer.Dissemination)
	}
}

// control lists what the rules of states may ask to be checked. Nothing here ever
// hinders: only an authority can say so.
func (f *fit) control() {
	if !f.abroad() {
		return
	}
	switch is := f.offer.ExportControl; is {
	case "listed", "unknown":
		f.add("export-control", Open, "export_control", nil, []string{is})
	case "not-listed", "not-applicable":
		f.add("export-control", Helps, "export_control", nil, []string{is})
	}
	n, o := f.need.GeneticResources, f.offer.GeneticResources
	if check := []string{"yes", "unknown"}; slices.Contains(check, n) || slices.Contains(check, o) {
		f.add("genetic-resources", Open, "genetic_resources", []string{n}, []string{o})
	}
}

// service is something that the need asks for and the offer may include.
func (f *fit) service(name string, asked, given bool) {
	switch {
	case asked && given:
		f.add(name, Helps, "answer", []string{"yes"}, []string{"yes"})
	case asked:
		f.add(name, Open, "answer", []string{"yes"}, nil)
	}
}

// String writes a band of money for programs, as in ISO 4217: "CNY 1000..20000",
// open at a side that is not known.
func (b Budget) String() string {
	part := func(n int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	return b.Currency + " " + part(b.From) + ".." + part(b.To)
}
