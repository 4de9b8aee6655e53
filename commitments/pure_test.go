package commitments_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"karvan/commitments"
	"karvan/internal/access"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/meetings"
	"karvan/parties"
	"karvan/record"
)

func day(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestClassOn(t *testing.T) {
	for _, c := range []struct {
		name     string
		due      parties.Date
		progress commitments.Progress
		now      string
		want     commitments.Class
	}{
		{"a text that names no day", "", commitments.Adopted, "2026-03-02", commitments.Undated},
		{"far away", "2026-12-31", commitments.Accepted, "2026-03-02", commitments.Later},
		{"thirty days before its last moment is not soon", "2026-03-31", commitments.Accepted, "2026-03-02", commitments.Later},
		{"less than thirty days before", "2026-03-30", commitments.Accepted, "2026-03-02", commitments.DueSoon},
		{"on the day itself", "2026-03-02", commitments.InProgress, "2026-03-02", commitments.DueSoon},
		{"the day after", "2026-03-01", commitments.InProgress, "2026-03-02", commitments.Overdue},
		{"a month lasts until its end", "2026-03", commitments.Adopted, "2026-03-31", commitments.DueSoon},
		{"a month is over", "2026-02", commitments.Adopted, "2026-03-01", commitments.Overdue},
		{"a leap day", "2028-02-29", commitments.Adopted, "2028-02-29", commitments.DueSoon},
		{"a year lasts until its end", "2026", commitments.Proposed, "2026-11-30", commitments.Later},
		{"a year is over", "2025", commitments.Contested, "2026-01-01", commitments.Overdue},
		{"reported in time waits for others", "2025", commitments.Reported, "2026-03-02", commitments.Closed},
		{"done", "2025", commitments.Verified, "2026-03-02", commitments.Closed},
		{"taken back without a day", "", commitments.Withdrawn, "2026-03-02", commitments.Closed},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := (&commitments.Commitment{Due: c.due, Progress: c.progress}).ClassOn(day(t, c.now))
			if got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// What the index is asked says what ClassOn says.
func TestNarrowAgreesWithTheClass(t *testing.T) {
	end := func(due parties.Date) time.Time {
		f := record.Features{Values: map[string][]string{}, Numbers: map[string]int64{}}
		r := &record.Record{Kind: "commitment", Body: &commitments.Commitment{Due: due, Progress: commitments.Adopted}}
		commitments.Kinds()[0].Features(r, &f, func(id.ID) string { return "" })
		return time.UnixMicro(f.Numbers["due"]).UTC()
	}
	now := day(t, "2026-03-02").Add(9 * time.Hour)
	for d := now.AddDate(0, -3, 0); d.Before(now.AddDate(0, 3, 0)); d = d.AddDate(0, 0, 1) {
		due := parties.Date(d.Format(time.DateOnly))
		class := (&commitments.Commitment{Due: due, Progress: commitments.Adopted}).ClassOn(now)
		for _, asked := range []commitments.Class{commitments.Overdue, commitments.DueSoon} {
			_, after, before, ok := commitments.Narrow(asked, now)
			at := end(due)
			in := ok && !at.Before(after["due"]) && at.Before(before["due"])
			if in != (class == asked) {
				t.Errorf("due %s is %s; among %s: %v", due, class, asked, in)
			}
		}
	}
	if _, _, _, ok := commitments.Narrow(commitments.Later, now); ok {
		t.Error("later narrows")
	}
}

func steps(at time.Time, verbs ...string) (all []commitments.Step) {
	stage := commitments.Proposed
	for i, verb := range verbs {
		stage, _ = commitments.Flow.Next(stage, verb)
		all = append(all, commitments.Step{Verb: verb, To: stage, By: sco, At: at, Rev: i + 2})
	}
	return all
}

func TestStale(t *testing.T) {
	adopted := steps(day(t, "2025-01-10"), commitments.Adopt)
	for _, c := range []struct {
		name      string
		steps     []commitments.Step
		progress  commitments.Progress
		last, now string
		want      bool
	}{
		{"a year after its adoption, nothing said", adopted, commitments.Adopted, "", "2026-01-10", true},
		{"a day less", adopted, commitments.Adopted, "", "2026-01-09", false},
		{"a report starts the year anew", adopted, commitments.Accepted, "2025-06-01", "2026-01-10", false},
		{"a year after that report", adopted, commitments.Accepted, "2025-06-01", "2026-06-01", true},
		{"a report from before the adoption does not count", adopted, commitments.Adopted, "2024-01-01", "2025-06-01", false},
		{"only proposed: nobody is asked yet", nil, commitments.Proposed, "", "2030-01-01", false},
		{"done", adopted, commitments.Verified, "", "2030-01-01", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var last time.Time
			if c.last != "" {
				last = day(t, c.last)
			}
			if got := (&commitments.Commitment{Steps: c.steps, Progress: c.progress}).Stale(last, day(t, c.now)); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

func TestRepeatedWithoutProgress(t *testing.T) {
	one := func(key string) id.ID { return id.Derive(node, "commitment", key) }
	idle := func(repeats ...string) *commitments.Commitment {
		c := &commitments.Commitment{Progress: commitments.Adopted}
		for _, r := range repeats {
			c.Repeats = append(c.Repeats, one(r))
		}
		return c
	}
	moved := idle()
	moved.Steps = steps(start, commitments.Adopt, commitments.Accept, commitments.Start)
	done := idle("a")
	done.Progress = commitments.Verified
	for _, c := range []struct {
		name  string
		known map[string]*commitments.Commitment
		line  string
		n     int
	}{
		{"a promise made once", map[string]*commitments.Commitment{"z": idle()}, "", 0},
		{"repeated once", map[string]*commitments.Commitment{"z": idle("a"), "a": idle()}, "a", 1},
		{"in three texts before", map[string]*commitments.Commitment{"z": idle("c"), "c": idle("b"), "b": idle("a"), "a": idle()}, "c b a", 3},
		{"two texts that repeat the same one", map[string]*commitments.Commitment{"z": idle("b", "c"), "c": idle("a"), "b": idle("a"), "a": idle()}, "b c a", 3},
		{"work began on an earlier text", map[string]*commitments.Commitment{"z": idle("b"), "b": idle("a"), "a": moved}, "b a", 0},
		{"a circle", map[string]*commitments.Commitment{"z": idle("a"), "a": idle("z")}, "a", 1},
		{"an earlier text that is not on record", map[string]*commitments.Commitment{"z": idle("gone")}, "", 0},
		{"done", map[string]*commitments.Commitment{"z": done, "a": idle()}, "a", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			known, names := map[id.ID]*commitments.Commitment{}, map[id.ID]string{}
			for key, x := range c.known {
				known[one(key)], names[one(key)] = x, key
			}
			var line []string
			var earlier []*commitments.Commitment
			for _, x := range commitments.Earlier(one("z"), known) {
				line, earlier = append(line, names[x]), append(earlier, known[x])
			}
			if got := strings.Join(line, " "); got != c.line {
				t.Errorf("line %q, want %q", got, c.line)
			}
			if got := commitments.RepeatedWithoutProgress(c.known["z"], earlier); got != c.n {
				t.Errorf("repeated %d times, want %d", got, c.n)
			}
		})
	}
}

func TestWhoIsBoundIsNeverWidened(t *testing.T) {
	body := &parties.Body{Categories: []parties.Category{{Key: "member"}, {Key: "observer"}}, Chairs: []parties.Chair{{State: cn, Period: parties.Period{From: "2024", To: "2025"}}},
		Statuses: []parties.Status{{State: kz, Category: "member"}, {State: cn, Category: "member"}, {State: ir, Category: "observer"}}}
	for _, c := range []struct {
		name string
		o    commitments.Obliged
		want []id.ID
	}{
		{"relevant member states are not all", commitments.Obliged{Role: commitments.Unspecified, Body: sco, Day: "2024-07-04"}, nil},
		{"all are the members of that day, not the observers", commitments.Obliged{Role: commitments.All, Body: sco, Day: "2024-07-04"}, []id.ID{kz, cn}},
		{"the chair of that day", commitments.Obliged{Role: commitments.Chair, Body: sco, Day: "2024-07-04"}, []id.ID{cn}},
		{"no chair is known that day", commitments.Obliged{Role: commitments.Chair, Body: sco, Day: "2020-07-04"}, nil},
		{"a named subset", commitments.Obliged{Parties: []id.ID{kz}}, []id.ID{kz}},
		{"a state and the secretariat", commitments.Obliged{Parties: []id.ID{kz}, Role: commitments.Secretariat, Body: sco}, []id.ID{kz, sco}},
	} {
		t.Run(c.name, func(t *testing.T) {
			slices.Sort(c.want)
			if got := c.o.Named(body); !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

func TestCommitmentsThatAreWrong(t *testing.T) {
	good := commitments.Quote{Record: id.Derive(node, "announcement", "a"), Rev: 1, Digest: strings.Repeat("0", 64), Field: "body", Lang: "en", End: 1, Text: "x"}
	named := commitments.Obliged{Parties: []id.ID{kz}}
	base := func(f func(*commitments.Commitment)) *commitments.Commitment {
		q := good
		c := &commitments.Commitment{Type: "call", Quote: &q, Obliged: named, Progress: commitments.Proposed}
		f(c)
		return c
	}
	for _, c := range []struct {
		name  string
		c     *commitments.Commitment
		draft bool
		ok    bool
	}{
		{"all there is to say", base(func(*commitments.Commitment) {}), false, true},
		{"an empty draft", &commitments.Commitment{Progress: commitments.Proposed}, true, true},
		{"nothing said, published", &commitments.Commitment{Progress: commitments.Proposed}, false, false},
		{"a type nobody knows", base(func(c *commitments.Commitment) { c.Type = "wish" }), true, false},
		{"all beside a name", base(func(c *commitments.Commitment) { c.Obliged.Role = commitments.All }), true, false},
		{"unspecified beside a name", base(func(c *commitments.Commitment) { c.Obliged.Role = commitments.Unspecified }), true, false},
		{"all on no day", base(func(c *commitments.Commitment) {
			c.Obliged = commitments.Obliged{Role: commitments.All, Body: sco, Day: "2024"}
		}), false, false},
		{"all of no body", base(func(c *commitments.Commitment) {
			c.Obliged = commitments.Obliged{Role: commitments.All, Day: "2024-07-04"}
		}), false, false},
		{"unspecified, as the text has it", base(func(c *commitments.Commitment) { c.Obliged = commitments.Obliged{Role: commitments.Unspecified} }), false, true},
		{"nobody at all", base(func(c *commitments.Commitment) { c.Obliged = commitments.Obliged{} }), false, false},
		{"an organisation is no party", base(func(c *commitments.Commitment) {
			c.Obliged.Parties = []id.ID{id.Derive(node, "organisation", "o")}
		}), true, false},
		{"a due day that is none", base(func(c *commitments.Commitment) { c.Due = "2026-02-30" }), true, false},
		{"a quote longer than its span", base(func(c *commitments.Commitment) { c.Quote.Text = "xy" }), true, false},
		{"a quote of another kind of record", base(func(c *commitments.Commitment) { c.Quote.Record = id.Derive(node, "offer", "a") }), true, false},
		{"a quote without a digest", base(func(c *commitments.Commitment) { c.Quote.Digest = "" }), true, false},
		{"a stage that no step led to", base(func(c *commitments.Commitment) { c.Progress = commitments.Verified }), true, false},
		{"steps that lead elsewhere", base(func(c *commitments.Commitment) { c.Steps = steps(start, commitments.Adopt) }), true, false},
		{"steps that lead there", base(func(c *commitments.Commitment) {
			c.Steps, c.Progress = steps(start, commitments.Adopt, commitments.Accept), commitments.Accepted
		}), false, true},
		{"a step that is not in the table", base(func(c *commitments.Commitment) {
			c.Steps = []commitments.Step{{Verb: commitments.Verify, To: commitments.Verified, By: sco, At: start, Rev: 2}}
			c.Progress = commitments.Verified
		}), true, false},
		{"steps that go back in time", base(func(c *commitments.Commitment) {
			c.Steps, c.Progress = steps(start, commitments.Adopt, commitments.Accept), commitments.Accepted
			c.Steps[1].At = start.Add(-time.Hour)
		}), true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.c.Validate(&record.Record{Kind: "commitment"}, c.draft); (err == nil) != c.ok {
				t.Errorf("Validate: %v", err)
			}
		})
	}
}

func TestReportsThatAreWrong(t *testing.T) {
	base := func(f func(*commitments.Report)) *commitments.Report {
		p := &commitments.Report{Commitment: id.Derive(node, "commitment", "c"), State: kz, Says: commitments.SaysProgress}
		f(p)
		return p
	}
	before := 10.5
	for _, c := range []struct {
		name   string
		report *commitments.Report
		ok     bool
	}{
		{"a plain one", base(func(*commitments.Report) {}), true},
		{"with evidence of every kind", base(func(p *commitments.Report) {
			p.Evidence = []commitments.Proof{{Record: id.Derive(node, "offer", "o")}, {URL: "https://karvan.example/x"},
				{Number: &commitments.Number{What: "farmers trained", Value: 66, Unit: "persons", Baseline: &before}}}
		}), true},
		{"empty evidence", base(func(p *commitments.Report) { p.Evidence = []commitments.Proof{{}} }), false},
		{"an address that is none", base(func(p *commitments.Report) { p.Evidence = []commitments.Proof{{URL: "javascript:1"}} }), false},
		{"a number of nothing", base(func(p *commitments.Report) {
			p.Evidence = []commitments.Proof{{Number: &commitments.Number{Value: 1}}}
		}), false},
		{"a period that ends before it begins", base(func(p *commitments.Report) { p.From, p.To = "2026-03", "2026-02" }), false},
		{"says nothing", base(func(p *commitments.Report) { p.Says = "" }), false},
		{"another state's name", base(func(p *commitments.Report) { p.State = cn }), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &record.Record{Kind: "report", Owner: kz, Party: kz}
			if err := c.report.Validate(r, false); (err == nil) != c.ok {
				t.Errorf("Validate: %v", err)
			}
		})
	}
}

// Whatever is edited around a quote, it is found where its words stand; when the
// words themselves are edited it is lost or found where the same words stand. It
// never comes to mean other words, and keeps its old place when lost.
func TestRandomEditsNeverMoveAQuoteToOtherWords(t *testing.T) {
	letters := []rune("ab пр 一二 هم‌\n.")
	for seed := range uint64(400) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		random := func(n int) []rune {
			out := make([]rune, n)
			for i := range out {
				out[i] = letters[rnd.IntN(len(letters))]
			}
			return out
		}
		text := random(60 + rnd.IntN(60))
		from := rnd.IntN(len(text) - 12)
		to := from + 3 + rnd.IntN(9)
		q := commitments.Quote{Start: from, End: to, Text: string(text[from:to])}
		for range 12 {
			at := rnd.IntN(len(text) + 1)
			cut := min(len(text), at+rnd.IntN(4))
			text = slices.Concat(text[:at], random(rnd.IntN(4)), text[cut:])
			now, standing := q.In(string(text))
			there := strings.Contains(string(text), q.Text)
			switch {
			case standing == meetings.Lost && (there || now != q):
				t.Fatalf("seed %d: lost at %d, though the words are there: %v", seed, now.Start, there)
			case standing != meetings.Lost && string(text[now.Start:now.End]) != q.Text:
				t.Fatalf("seed %d: %s to %q, want %q", seed, standing, string(text[now.Start:now.End]), q.Text)
			case standing == meetings.Exact && now != q:
				t.Fatalf("seed %d: exact, and elsewhere", seed)
			}
			if standing == meetings.Moved {
				if again, standing := now.In(string(text)); standing != meetings.Exact || again != now {
					t.Fatalf("seed %d: anchored, and moves again", seed)
				}
				q = now
			}
			if utf8.RuneCountInString(q.Text) != q.End-q.Start {
				t.Fatalf("seed %d: a span of %d for %q", seed, q.End-q.Start, q.Text)
			}
		}
	}
}

// Every stage and verb of the table is named, is reached, and has somebody who
// may take it.
func TestTheTableIsWhole(t *testing.T) {
	reached := map[commitments.Progress]bool{commitments.Proposed: true}
	verbs := map[string]bool{}
	for range commitments.Flow {
		for _, s := range commitments.Flow {
			verbs[s.Verb] = true
			if reached[s.From] {
				reached[s.To] = true
			}
		}
	}
	for _, s := range commitments.Stages {
		if !reached[s] {
			t.Errorf("%s is never reached", s)
		}
	}
	if states := commitments.Flow.States(); len(states) != len(commitments.Stages) {
		t.Errorf("the table has %v, the list %v", states, commitments.Stages)
	}
	for verb := range verbs {
		if !slices.ContainsFunc(commitments.Policy, func(r access.Rule) bool { return r.Verb == verb }) {
			t.Errorf("nobody may %s", verb)
		}
	}
	for _, s := range []commitments.Progress{commitments.Verified, commitments.Superseded, commitments.Lapsed, commitments.Withdrawn} {
		if !s.Final() || s.Open() {
			t.Errorf("%s is not the end", s)
		}
	}
}

func TestWhoMayReport(t *testing.T) {
	c := &commitments.Commitment{Progress: commitments.Adopted}
	for _, x := range []struct {
		name string
		a    access.Actor
		at   commitments.Progress
		want id.ID
		code fault.Code
	}{
		{"the focal point of the state that is bound", focalKZ, commitments.Adopted, kz, ""},
		{"another state's", focalCN, commitments.Adopted, "", fault.Forbidden},
		{"a visitor is asked to sign in", nobody, commitments.Adopted, "", fault.Unauthenticated},
		{"a member of an organisation there", memberKZ, commitments.Adopted, "", fault.Forbidden},
		{"nothing is asked before it is adopted", focalKZ, commitments.Proposed, "", fault.Conflict},
		{"nothing is asked after its end", focalKZ, commitments.Verified, "", fault.Conflict},
	} {
		t.Run(x.name, func(t *testing.T) {
			c.Progress = x.at
			got, err := c.Reporter(x.a, []id.ID{kz})
			if got != x.want || x.code != "" && !fault.Is(err, x.code) || x.code == "" && err != nil {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
