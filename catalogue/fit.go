package catalogue

import (
	"slices"
	"strconv"
	"time"

	"karvan/record"
)

// Verdict says what a factor does to a match.
type Verdict string

// The verdicts. Open is what nobody has said and matters, or what a person has to
// check: it is neither a reason for nor against.
const (
	Helps   Verdict = "helps"
	Hinders Verdict = "hinders"
	Open    Verdict = "open"
)

// Factor is something beside the text that helps or hinders a need and an offer
// to come together.
type Factor struct {
	Name    string // one of Factors
	Verdict Verdict
	// List says what Need and Offer are: a code list of the message catalogues
	// ("code.<list>.<code>"), "state" for ISO 3166-1 alpha-2 codes, "day" for dates
	// in ISO 8601, "level" for technology readiness levels, "money" for bands of
	// money as [Budget.String] writes them, "answer" for yes and nothing.
	List  string
	Need  []string // what the need says, or asks
	Offer []string // what the offer says, or asks
}

// Factors lists the names of factors in the order of [Fit].
var Factors = []string{"stage", "cooperation", "exclusivity", "territory", "ipr", "offerer", "seeker", "offering-state", "seeking-state",
	"zone", "season", "budget", "deadline", "validity", "dissemination", "export-control", "genetic-resources", "training", "after-sales"}

// Party is what a fit needs to know of who stands behind a record.
type Party struct {
	State string // ISO 3166-1 alpha-2, "" when not known
	Actor string // type of organisation, "" when not known
}

// Env is what a fit depends on beside the two records.
type Env struct {
	Now     time.Time
	Seeker  Party // behind the need
	Offerer Party // behind the offer
}

// Soon is how near a deadline makes a match doubtful: there must be time to answer.
const Soon = 14 * 24 * time.Hour

// Fit lists what hinders or helps a need and an offer beside what their texts
// say, in a fixed order. It is apart from how well the texts match and never
// changes it. What neither side mentions, and what cannot matter, is left out.
func Fit(need, offer *record.Record, env Env) []Factor {
	n, o := BodyOf(need), BodyOf(offer)
	if n == nil || o == nil {
		return nil
	}
	f := fit{need: n, offer: o, env: env}
	f.stage()
	f.cooperation()
	f.exclusivity()
	f.territory()
	f.ipr()
	f.actor("offerer", wanted(n), env.Offerer.Actor, false)
	f.actor("seeker", wanted(o), env.Seeker.Actor, true)
	f.country("offering-state", n, env.Offerer.State, false)
	f.country("seeking-state", o, env.Seeker.State, true)
	f.climate()
	f.budget()
	f.deadline()
	f.validity(need, offer)
	f.dissemination()
	f.control()
	f.service("training", n.Training, o.Training)
	f.service("after-sales", n.AfterSales, o.AfterSales)
	return f.all
}

// Counts says how many factors have each verdict.
type Counts struct{ Helps, Hinders, Open int }

// Summary counts the verdicts of factors.
func Summary(factors []Factor) (c Counts) {
	for _, f := range factors {
		switch f.Verdict {
		case Helps:
			c.Helps++
		case Hinders:
			c.Hinders++
		default:
			c.Open++
		}
	}
	return c
}

// fit gathers factors.
type fit struct {
	need, offer *Profile
	env         Env
	all         []Factor
}

func (f *fit) add(name string, v Verdict, list string, need, offer []string) {
	f.all = append(f.all, Factor{Name: name, Verdict: v, List: list, Need: some(need), Offer: some(offer)})
}

// some leaves out empty values, so that what is not said is an empty list.
func some(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(s string) bool { return s == "" })
}

// shared lists what stands in both.
func shared(a, b []string) (both []string) {
	for _, v := range a {
		if slices.Contains(b, v) {
			both = append(both, v)
		}
	}
	return both
}

// abroad reports whether the two sides are, or may be, in different states, so that
// the rules of states apply.
func (f *fit) abroad() bool {
	return f.env.Seeker.State == "" || f.env.Seeker.State != f.env.Offerer.State
}

// licence reports whether a licence is what the two could agree on, as far as
// they say.
func (f *fit) licence() bool {
	asks := len(f.need.Cooperation) == 0 || slices.Contains(f.need.Cooperation, "licence")
	return asks && slices.Contains(f.offer.Cooperation, "licence")
}

// levels gives the technology readiness levels that a profile may mean: the one
// it names, else those of its stage.
func levels(p *Profile) (from, to int) {
	if p.TRL > 0 {
		return p.TRL, p.TRL
	}
	return TRL(p.Stage)
}

// stage sets the maturity of the offer against the least that the need asks for.
// More is never a hindrance.
func (f *fit) stage() {
	asked, _ := levels(f.need)
	if asked == 0 {
		return
	}
	from, to := levels(f.offer)
	v := Open // not said, or a stage that spans the level asked for
	switch {
	case from >= asked:
		v = Helps
	case to > 0 && to < asked:
		v = Hinders
	}
	if f.need.Stage != "" && (f.offer.Stage != "" || to == 0) {
		f.add("stage", v, "stage", []string{f.need.Stage}, []string{f.offer.Stage})
		return
	}
	f.add("stage", v, "level", []string{level(asked, asked)}, []string{level(from, to)})
}

// cooperation asks whether there is a way of working together that both want.
func (f *fit) cooperation() {
	n, o := f.need.Cooperation, f.offer.Cooperation
	switch both := shared(n, o); {
	case len(n) == 0 && len(o) == 0:
	case len(n) == 0 || len(o) == 0:
		f.add("cooperation", Open, "cooperation", n, o)
	case len(both) == 0:
		f.add("cooperation", Hinders, "cooperation", n, o)
	default:
		f.add("cooperation", Helps, "cooperation", both, both)
	}
}

func (f *fit) exclusivity() {
	n, o := f.need.Exclusivity, f.offer.Exclusivity
	v := Hinders
	switch {
	case n == "" && o != "exclusive", o == "" && n != "exclusive":
		return // nothing is asked that the other could refuse
	case n == o:
		v = Helps
	case n == "" || o == "" || n == "negotiable" || o == "negotiable":
		v = Open
	}
	f.add("exclusivity", v, "exclusivity", []string{n}, []string{o})
}

// protects lists the rights by which an owner can keep others out of a state.
var protects = []string{"patent-granted", "patent-pending", "utility-model", "plant-variety-right", "design-right", "exclusive-rights"}

// territory asks whether a licence is still free in the state of who needs it.
func (f *fit) territory() {
	free, state := f.offer.Territories, f.env.Seeker.State
	switch {
	case len(free) == 0 && (!f.licence() || len(shared(protects, f.offer.IPR)) == 0):
	case len(free) == 0 || state == "":
		f.add("territory", Open, "state", []string{state}, free)
	case slices.Contains(free, state):
		f.add("territory", Helps, "state", []string{state}, free)
	default:
		f.add("territory", Hinders, "state", []string{state}, free)
	}
}

// ipr asks whether the rights let a licence be given. Rights that are only
// applied for may come to nothing.
func (f *fit) ipr() {
	rights := f.offer.IPR
	open := slices.Contains(rights, "none-open")
	if !open && !f.licence() {
		return
	}
	v := Helps
	if firm := slices.ContainsFunc(rights, func(r string) bool { return r != "patent-pending" && r != "other" }); !firm {
		v = Open
	}
	f.add("ipr", v, "ipr", nil, rights)
}

// wanted lists the types of organisations that a profile looks for. An
// organisation has one type, which for an enterprise is its size.
func wanted(p *Profile) []string { return slices.Concat(p.PartnerTypes, p.PartnerSizes) }

// actor sets the type of organisation that one side wants against that of the
// other. swap says that it is the offer that wants.
func (f *fit) actor(name string, wanted []string, is string, swap bool) {
	if len(wanted) == 0 {
		return
	}
	v := Hinders
	switch {
	case is == "":
		v = Open
	case slices.Contains(wanted, is):
		v = Helps
	}
	f.sides(name, v, "actor", wanted, []string{is}, swap)
}

// sides adds a factor in which one side asks and the other is. swap says that it
// is the offer that asks.
func (f *fit) sides(name string, v Verdict, list string, asks, is []string, swap bool) {
	if swap {
		asks, is = is, asks
	}
	f.add(name, v, list, asks, is)
}

// country sets the states in which one side looks for partners against the state
// of the other.
func (f *fit) country(name string, p *Profile, state string, swap bool) {
	wanted, excluded := p.PartnerCountries, p.PartnerCountriesExcluded
	v := Helps
	switch {
	case len(wanted) == 0 && len(excluded) == 0:
		return
	case state == "":
		v = Open
	case slices.Contains(excluded, state):
		f.sides(name, Hinders, "state", nil, []string{state}, swap)
		return
	case len(wanted) == 0:
		return // everything but what is excluded: nothing that speaks for this one
	case !slices.Contains(wanted, state):
		v = Hinders
	}
	f.sides(name, v, "state", wanted, []string{state}, swap)
}

// level writes a span of levels, "" when there is none.
func level(from, to int) string {
	switch {
	case to == 0:
		return ""
	case from == to:
		return strconv.Itoa(from)
	}
	return strconv.Itoa(from) + "–" + strconv.Itoa(to)
}
