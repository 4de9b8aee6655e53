package catalogue_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"karvan/catalogue"
	"karvan/record"
)

// bare makes a need and an offer that say nothing beside their texts.
func bare() (need, offer *record.Record, n, o *catalogue.Profile) {
	n, o = &catalogue.Profile{Type: "technology-request"}, &catalogue.Profile{Type: "technology-offer"}
	need = profile("need", func(r *record.Record, _ *catalogue.Profile) { r.Body = n })
	offer = profile("offer", func(r *record.Record, _ *catalogue.Profile) { r.Body = o })
	return need, offer, n, o
}

// told writes a factor in one line: "stage hinders prototype / concept".
func told(f catalogue.Factor) string {
	return f.Name + " " + string(f.Verdict) + " " + strings.Join(f.Need, ",") + " / " + strings.Join(f.Offer, ",")
}

func TestFit(t *testing.T) {
	type p = catalogue.Profile
	agro := func(zones, seasons string) *catalogue.Agro {
		return &catalogue.Agro{Zones: strings.Fields(zones), Seasons: strings.Fields(seasons)}
	}
	for _, c := range []struct {
		name   string
		change func(n, o *p, env *catalogue.Env)
		want   []string
	}{
		{"nothing said is nothing to weigh", func(n, o *p, env *catalogue.Env) {}, nil},

		{"an offer that is far enough", func(n, o *p, _ *catalogue.Env) { n.TRL, o.Stage = 6, "field-tested" }, []string{"stage helps 6 / 7"}},
		{"an offer that is too early", func(n, o *p, _ *catalogue.Env) { n.Stage, o.Stage, o.TRL = "prototype", "concept", 2 }, []string{"stage hinders prototype / concept"}},
		{"a stage that spans the level asked for", func(n, o *p, _ *catalogue.Env) { n.TRL, o.Stage = 5, "lab-tested" }, []string{"stage open 5 / 4–5"}},
		{"an offer that does not say how far it is", func(n, o *p, _ *catalogue.Env) { n.Stage = "on-market" }, []string{"stage open on-market / "}},
		{"a need that asks for no stage", func(n, o *p, _ *catalogue.Env) { o.Stage = "concept" }, nil},

		{"a way of working that both want", func(n, o *p, _ *catalogue.Env) {
			n.Cooperation, o.Cooperation = []string{"training", "services"}, []string{"services", "acquisition"}
		}, []string{"cooperation helps services / services"}},
		{"none that both want", func(n, o *p, _ *catalogue.Env) {
			n.Cooperation, o.Cooperation = []string{"training"}, []string{"acquisition"}
		}, []string{"cooperation hinders training / acquisition"}},
		{"one side leaves it open", func(n, o *p, _ *catalogue.Env) { n.Cooperation = []string{"training"} }, []string{"cooperation open training / "}},

		{"both want it exclusive", func(n, o *p, _ *catalogue.Env) { n.Exclusivity, o.Exclusivity = "exclusive", "exclusive" }, []string{"exclusivity helps exclusive / exclusive"}},
		{"one wants it alone, the other not", func(n, o *p, _ *catalogue.Env) { n.Exclusivity, o.Exclusivity = "exclusive", "non-exclusive" }, []string{"exclusivity hinders exclusive / non-exclusive"}},
		{"it can be talked about", func(n, o *p, _ *catalogue.Env) { n.Exclusivity, o.Exclusivity = "exclusive", "negotiable" }, []string{"exclusivity open exclusive / negotiable"}},
		{"nobody asks for exclusiveness", func(n, o *p, _ *catalogue.Env) { o.Exclusivity = "non-exclusive" }, nil},
		{"the need asks and the offer is silent", func(n, o *p, _ *catalogue.Env) { n.Exclusivity = "exclusive" }, []string{"exclusivity open exclusive / "}},

		{"a licence is free there", func(n, o *p, _ *catalogue.Env) { o.Territories = []string{"KZ", "UZ"} }, []string{"territory helps KZ / KZ,UZ"}},
		{"a licence is not free there", func(n, o *p, _ *catalogue.Env) { o.Territories = []string{"UZ"} }, []string{"territory hinders KZ / UZ"}},
		{"nobody knows where the need is from", func(n, o *p, env *catalogue.Env) { o.Territories, env.Seeker.State = []string{"UZ"}, "" }, []string{"territory open  / UZ"}},
		{"a patent, a licence, and no word of where", func(n, o *p, _ *catalogue.Env) {
			n.Cooperation, o.Cooperation, o.IPR = []string{"licence"}, []string{"licence"}, []string{"patent-granted"}
		}, []string{"cooperation helps licence / licence", "territory open KZ / ", "ipr helps  / patent-granted"}},

		{"free for everybody", func(n, o *p, _ *catalogue.Env) { o.IPR = []string{"none-open"} }, []string{"ipr helps  / none-open"}},
		{"rights that are only applied for", func(n, o *p, _ *catalogue.Env) {
			o.Cooperation, o.IPR, o.Territories = []string{"licence"}, []string{"patent-pending"}, []string{"KZ"}
		}, []string{"cooperation open  / licence", "territory helps KZ / KZ", "ipr open  / patent-pending"}},
		{"rights without a licence do not matter", func(n, o *p, _ *catalogue.Env) { o.IPR = []string{"patent-granted"} }, nil},

		{"the need finds the type it looks for", func(n, o *p, _ *catalogue.Env) { n.PartnerTypes = []string{"research-institute"} }, []string{"offerer helps research-institute / research-institute"}},
		{"the offer looks for other sizes", func(n, o *p, _ *catalogue.Env) { o.PartnerSizes = []string{"large"} }, []string{"seeker hinders farmer-cooperative / large"}},
		{"nobody knows of what type the offerer is", func(n, o *p, env *catalogue.Env) { n.PartnerTypes, env.Offerer.Actor = []string{"university"}, "" }, []string{"offerer open university / "}},

		{"a partner from a state that is wanted", func(n, o *p, _ *catalogue.Env) { n.PartnerCountries = []string{"CN"} }, []string{"offering-state helps CN / CN"}},
		{"a partner from another state", func(n, o *p, _ *catalogue.Env) { o.PartnerCountries = []string{"UZ"} }, []string{"seeking-state hinders KZ / UZ"}},
		{"a partner from a state that is excluded", func(n, o *p, _ *catalogue.Env) { n.PartnerCountriesExcluded = []string{"CN"} }, []string{"offering-state hinders  / CN"}},
		{"not among those excluded is no merit", func(n, o *p, _ *catalogue.Env) { n.PartnerCountriesExcluded = []string{"UZ"} }, nil},

		{"grown in the same zone, at any time", func(n, o *p, _ *catalogue.Env) {
			n.Agro, o.Agro = agro("arid steppe", "spring"), agro("steppe", "year-round")
		},
			[]string{"zone helps steppe / steppe", "season helps spring / year-round"}},
		{"grown in a zone nearby", func(n, o *p, _ *catalogue.Env) { n.Agro, o.Agro = agro("semi-arid", ""), agro("steppe", "") }, []string{"zone open semi-arid / steppe"}},
		{"grown elsewhere", func(n, o *p, _ *catalogue.Env) { n.Agro, o.Agro = agro("arid", "winter"), agro("tropical", "summer") },
			[]string{"zone hinders arid / tropical", "season hinders winter / summer"}},
		{"an offer for farming that does not say where", func(n, o *p, _ *catalogue.Env) { n.Agro, o.Topics = agro("arid", ""), []string{"modern-agriculture"} }, []string{"zone open arid / "}},
		{"no farming, no zone", func(n, o *p, _ *catalogue.Env) { n.Agro = agro("arid", "") }, nil},

		{"bands that meet", func(n, o *p, _ *catalogue.Env) {
			n.Budget, o.Budget = &catalogue.Budget{From: 1, To: 10, Currency: "CNY"}, &catalogue.Budget{From: 10, To: 90, Currency: "CNY"}
		}, []string{"budget helps CNY 1..10 / CNY 10..90"}},
		{"more than can be paid", func(n, o *p, _ *catalogue.Env) {
			n.Budget, o.Budget = &catalogue.Budget{To: 10, Currency: "CNY"}, &catalogue.Budget{From: 11, Currency: "CNY"}
		}, []string{"budget hinders CNY ..10 / CNY 11.."}},
		{"cheaper than thought", func(n, o *p, _ *catalogue.Env) {
			n.Budget, o.Budget = &catalogue.Budget{From: 50, To: 90, Currency: "CNY"}, &catalogue.Budget{To: 10, Currency: "CNY"}
		}, []string{"budget helps CNY 50..90 / CNY ..10"}},
		{"money that does not reach", func(n, o *p, _ *catalogue.Env) {
			o.Type = "funding-offer"
			n.Budget, o.Budget = &catalogue.Budget{From: 50, Currency: "CNY"}, &catalogue.Budget{To: 10, Currency: "CNY"}
		}, []string{"budget hinders CNY 50.. / CNY ..10"}},
		{"another currency", func(n, o *p, _ *catalogue.Env) {
			n.Budget, o.Budget = &catalogue.Budget{To: 10, Currency: "CNY"}, &catalogue.Budget{From: 1000, Currency: "KZT"}
		}, []string{"budget open CNY ..10 / KZT 1000.."}},
		{"a budget and no price", func(n, o *p, _ *catalogue.Env) { n.Budget = &catalogue.Budget{To: 10, Currency: "CNY"} }, []string{"budget open CNY ..10 / "}},
		{"a currency alone is no budget", func(n, o *p, _ *catalogue.Env) { n.Budget = &catalogue.Budget{Currency: "CNY"} }, nil},

		{"a deadline in summer", func(n, o *p, _ *catalogue.Env) { n.Deadline = "2026-06" }, []string{"deadline helps 2026-06 / "}},
		{"a deadline this month", func(n, o *p, _ *catalogue.Env) { n.Deadline, o.Deadline = "2026-03-10", "2027" }, []string{"deadline open 2026-03-10 / 2027"}},
		{"a deadline today is not over", func(n, o *p, _ *catalogue.Env) { n.Deadline = "2026-03-02" }, []string{"deadline open 2026-03-02 / "}},
		{"a call that is over", func(n, o *p, _ *catalogue.Env) { n.Deadline, o.Deadline = "2026-12-01", "2026-03-01" }, []string{"deadline hinders 2026-12-01 / 2026-03-01"}},

		{"it may not be shown there", func(n, o *p, _ *catalogue.Env) { o.Dissemination = []string{"CN", "UZ"} }, []string{"dissemination hinders  / CN,UZ"}},
		{"it may be shown there, which is no merit", func(n, o *p, _ *catalogue.Env) { n.Dissemination = []string{"CN"} }, nil},
		{"nobody knows where it would be shown", func(n, o *p, env *catalogue.Env) { o.Dissemination, env.Seeker.State = []string{"CN"}, "" }, []string{"dissemination open  / CN"}},

		{"a control list is to be checked", func(n, o *p, _ *catalogue.Env) { o.ExportControl = "listed" }, []string{"export-control open  / listed"}},
		{"on no control list", func(n, o *p, _ *catalogue.Env) { o.ExportControl = "not-listed" }, []string{"export-control helps  / not-listed"}},
		{"seeds cross a border", func(n, o *p, _ *catalogue.Env) { n.GeneticResources, o.GeneticResources = "none", "yes" }, []string{"genetic-resources open none / yes"}},
		{"nothing crosses a border", func(n, o *p, env *catalogue.Env) {
			o.ExportControl, o.GeneticResources, env.Seeker.State = "listed", "yes", "CN"
		}, nil},

		{"training asked for and given", func(n, o *p, _ *catalogue.Env) { n.Training, o.Training, n.AfterSales = true, true, true },
			[]string{"training helps yes / yes", "after-sales open yes / "}},
		{"training that nobody asked for", func(n, o *p, _ *catalogue.Env) { o.Training = true }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			need, offer, n, o := bare()
			env := catalogue.Env{Now: start, Seeker: catalogue.Party{State: "KZ", Actor: "farmer-cooperative"}, Offerer: catalogue.Party{State: "CN", Actor: "research-institute"}}
			c.change(n, o, &env)
			var got []string
			for _, f := range catalogue.Fit(need, offer, env) {
				got = append(got, told(f))
				if !slices.Contains(catalogue.Factors, f.Name) {
					t.Errorf("%s is not among the factors", f.Name)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("fit %q, want %q", got, c.want)
			}
		})
	}
}

func TestFitOfWhatIsNoLongerVouchedFor(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		name        string
		need, offer time.Duration // since the owner vouched for it
		ends        time.Duration // until the validity of the offer ends
		want        string
		summary     catalogue.Counts
	}{
		{"both vouched for lately", day, day, day, "", catalogue.Counts{}},
		{"one not lately", 200 * day, day, day, "validity open 2025-08-14 / 2026-03-01", catalogue.Counts{Open: 1}},
		{"one no longer valid", 200 * day, day, -day, "validity hinders 2025-08-14 / 2026-03-01", catalogue.Counts{Hinders: 1}},
	} {
		need, offer, _, _ := bare()
		need.Published, offer.Published, offer.ValidTo = start.Add(-c.need), start.Add(-c.offer), start.Add(c.ends)
		factors := catalogue.Fit(need, offer, catalogue.Env{Now: start})
		got := ""
		for _, f := range factors {
			got += told(f)
		}
		if sum := catalogue.Summary(factors); got != c.want || sum != c.summary {
			t.Errorf("%s: %q %+v, want %q %+v", c.name, got, sum, c.want, c.summary)
		}
	}
	if got := catalogue.Fit(&record.Record{}, &record.Record{}, catalogue.Env{}); got != nil {
		t.Errorf("a fit of what are no profiles: %v", got)
	}
}
