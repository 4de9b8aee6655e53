package commitments_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"karvan/announcements"
	"karvan/commitments"
	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/testkit"
	"karvan/meetings"
	"karvan/parties"
	"karvan/record"
)

const node = "n.example"

var (
	kz, cn, ir = id.Derive(node, "state", "KZ"), id.Derive(node, "state", "CN"), id.Derive(node, "state", "IR")
	sco        = id.Derive(node, "body", "sco")
	start      = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

	focalKZ   = person("focal-kz", access.Grant{Role: access.Focal, Scope: kz})
	focalKZ2  = person("focal-kz-2", access.Grant{Role: access.Focal, Scope: kz})
	focalCN   = person("focal-cn", access.Grant{Role: access.Focal, Scope: cn})
	focalIR   = person("focal-ir", access.Grant{Role: access.Focal, Scope: ir})
	office    = person("office", access.Grant{Role: access.Secretariat, Scope: sco})
	office2   = person("office-2", access.Grant{Role: access.Secretariat, Scope: sco})
	twoHats   = person("two-hats", access.Grant{Role: access.Secretariat, Scope: sco}, access.Grant{Role: access.Focal, Scope: kz})
	memberKZ  = access.Actor{Account: "member-kz", State: kz, Grants: []access.Grant{{Role: access.Member, Scope: id.Derive(node, "organisation", "o")}}}
	admin     = person("admin", access.Grant{Role: access.Admin})
	nobody    = access.Actor{}
	everybody = []access.Actor{nobody, memberKZ, focalKZ, focalKZ2, focalCN, focalIR, office, office2, twoHats, admin}
)

func person(account string, grants ...access.Grant) access.Actor {
	return access.Actor{Account: account, Grants: grants}
}

const promise = "The sides agreed to hold a joint call on drip irrigation by the end of 2026."

// world is a node with an announcement that holds a promise.
type world struct {
	testing.TB
	d     *db.DB
	book  *record.Book
	clock *testkit.Clock
	text  *record.Record
}

func newWorld(t testing.TB, d *db.DB) *world {
	var kinds []*record.Kind
	for _, area := range [][]*record.Kind{parties.Kinds(), announcements.Kinds(), meetings.Kinds(), commitments.Kinds()} {
		kinds = append(kinds, area...)
	}
	w := &world{TB: t, d: d, book: record.NewBook(node, kinds...), clock: testkit.NewClock(start)}
	d.SetClock(w.clock.Now)
	w.must(w.write(office, func(ctx context.Context, tx *db.Tx) error {
		return w.book.Create(ctx, tx, &record.Record{ID: sco, Kind: "body", Source: "en", Body: &parties.Body{Names: parties.Names{{Lang: "en", Name: "SCO"}},
			Categories: []parties.Category{{Key: "member"}, {Key: "observer"}},
			Chairs:     []parties.Chair{{State: cn, Period: parties.Period{From: "2024", To: "2025"}}},
			Statuses: []parties.Status{{State: kz, Category: "member", Period: parties.Period{From: "2001"}}, {State: cn, Category: "member", Period: parties.Period{From: "2001"}},
				{State: ir, Category: "observer", Period: parties.Period{From: "2005", To: "2023"}}, {State: ir, Category: "member", Period: parties.Period{From: "2023"}}}}})
	}))
	w.publish(office, office2, sco)
	w.text = &record.Record{Kind: "announcement", Owner: sco, Party: sco, Source: "en", Body: &announcements.Item{},
		Texts: map[string]record.Version{"en": {Provenance: record.Original, Fields: map[string]string{"title": "Readout", "summary": "S", "body": "Before. " + promise + " After."}}}}
	w.must(w.write(office, func(ctx context.Context, tx *db.Tx) error { return w.book.Create(ctx, tx, w.text) }))
	w.text = w.publish(office, office2, w.text.ID)
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) write(a access.Actor, f func(ctx context.Context, tx *db.Tx) error) error {
	return w.d.Write(context.Background(), a, func(tx *db.Tx) error { return f(context.Background(), tx) })
}

// publish takes a draft to the public by two persons.
func (w *world) publish(by, second access.Actor, one id.ID) (r *record.Record) {
	w.Helper()
	for _, s := range []struct {
		a    access.Actor
		verb string
	}{{by, "submit"}, {second, "publish"}} {
		w.must(w.write(s.a, func(ctx context.Context, tx *db.Tx) (err error) {
			head, err := w.book.HeadOf(ctx, tx, one)
			if err == nil {
				opt := record.Options{}
				if head.PublicRev > 0 && s.verb == "publish" {
					opt.Note = said("in other words")
				}
				r, err = w.book.Do(ctx, tx, one, head.Rev, s.verb, opt)
			}
			return err
		}))
	}
	return r
}

func said(text string) *record.Note {
	return &record.Note{Type: "update", Text: map[string]string{"en": text}}
}

// quote is the promise in the announcement.
func (w *world) quote() commitments.Quote {
	from := strings.Index(w.text.Text("en", "body"), promise)
	return commitments.Quote{Record: w.text.ID, Rev: w.text.Rev, Digest: w.text.Digest, Field: "body", Lang: "en", Start: from, End: from + len(promise), Text: promise}
}

// propose publishes a commitment of Kazakhstan as the office recorded it.
func (w *world) propose(change ...func(*commitments.Commitment)) *record.Record {
	w.Helper()
	q := w.quote()
	c := &commitments.Commitment{Type: "call", Quote: &q, Obliged: commitments.Obliged{Parties: []id.ID{kz}}, Due: "2026", Progress: commitments.Proposed}
	for _, f := range change {
		f(c)
	}
	r := &record.Record{Kind: "commitment", Owner: sco, Party: sco, Source: "en", Body: c,
		Texts: map[string]record.Version{"en": {Provenance: record.Original, Fields: map[string]string{"title": "A joint call"}}}}
	w.must(w.write(office, func(ctx context.Context, tx *db.Tx) error { return w.book.Create(ctx, tx, r) }))
	return w.publish(office, office, r.ID)
}

func (w *world) newest(one id.ID) (r *record.Record) {
	w.Helper()
	w.must(w.d.Read(context.Background(), func(tx *db.Tx) (err error) {
		r, err = w.book.Newest(context.Background(), tx, one)
		return err
	}))
	return r
}

// take takes a step from where the commitment stands.
func (w *world) take(a access.Actor, one id.ID, verb string, successor ...id.ID) error {
	next := id.ID("")
	if len(successor) > 0 {
		next = successor[0]
	}
	return w.write(a, func(ctx context.Context, tx *db.Tx) error {
		head, err := w.book.HeadOf(ctx, tx, one)
		if err == nil {
			_, err = commitments.Take(ctx, tx, w.book, one, head.Rev, verb, said(verb), next)
		}
		return err
	})
}

// say reports on a commitment.
func (w *world) say(a access.Actor, one id.ID, says string) (*record.Record, error) {
	r := &record.Record{Source: "en", Body: &commitments.Report{Commitment: one, Says: says},
		Texts: map[string]record.Version{"en": {Provenance: record.Original, Fields: map[string]string{"title": "It " + says}}}}
	err := w.write(a, func(ctx context.Context, tx *db.Tx) error {
		head, err := w.book.HeadOf(ctx, tx, one)
		if err == nil {
			_, err = commitments.Say(ctx, tx, w.book, r, head.Rev, said(says))
		}
		return err
	})
	return r, err
}

func commitment(r *record.Record) *commitments.Commitment { return r.Body.(*commitments.Commitment) }

func TestTheRoadFromPromiseToResult(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		c := w.propose()
		w.must(w.take(office2, c.ID, commitments.Adopt))
		w.must(w.take(focalKZ, c.ID, commitments.Accept))
		_, err := w.say(focalKZ, c.ID, commitments.SaysObstacle)
		w.must(err)
		if got := commitment(w.newest(c.ID)).Progress; got != commitments.Accepted {
			t.Fatalf("an obstacle leads to %s", got)
		}
		_, err = w.say(focalKZ, c.ID, commitments.SaysProgress)
		w.must(err)
		report, err := w.say(focalKZ, c.ID, commitments.SaysDone)
		w.must(err)
		w.must(w.take(focalCN, c.ID, commitments.Contest))
		if got := commitment(w.newest(c.ID)).Progress; got != commitments.Contested {
			t.Fatalf("contested leads to %s", got)
		}
		again, err := w.say(focalKZ, c.ID, commitments.SaysDone)
		w.must(err)
		w.must(w.take(office, c.ID, commitments.Verify))

		r := w.newest(c.ID)
		var walked []string
		for _, s := range commitment(r).Steps {
			walked = append(walked, s.Verb)
			if s.Rev < 2 || s.At.IsZero() || s.By == "" {
				t.Errorf("%s was taken by %q in revision %d at %s", s.Verb, s.By, s.Rev, s.At)
			}
		}
		if got := strings.Join(walked, " "); got != "adopt accept start report-done contest report-done verify" {
			t.Errorf("steps %s", got)
		}
		if steps := commitment(r).Steps; steps[3].Report != report.ID || steps[5].Report != again.ID || steps[3].By != kz || steps[4].By != cn || steps[6].By != sco {
			t.Errorf("steps %+v", steps)
		}
		if r.State != record.Published || len(r.Notes) != len(walked) {
			t.Errorf("%s with %d notes for %d steps", r.State, len(r.Notes), len(walked))
		}
		if r.Digest == "" || commitment(r).ClassOn(start) != commitments.Closed {
			t.Errorf("class %s", commitment(r).ClassOn(start))
		}
	})
}

// refused are the codes by which a rule says no.
func refused(err error) bool {
	return fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.Conflict)
}

func TestWhoMayTakeWhichStep(t *testing.T) {
	w := newWorld(t, testkit.SQLite(t))
	// until makes a commitment that Kazakhstan alone is bound by and takes it on.
	other := w.propose().ID
	until := func(steps ...func(id.ID) error) id.ID {
		one := w.propose().ID
		for _, f := range steps {
			w.must(f(one))
		}
		return one
	}
	adopt := func(one id.ID) error { return w.take(office2, one, commitments.Adopt) }
	accept := func(one id.ID) error { return w.take(focalKZ2, one, commitments.Accept) }
	work := func(one id.ID) error { _, err := w.say(focalKZ2, one, commitments.SaysStarted); return err }
	done := func(one id.ID) error { _, err := w.say(focalKZ2, one, commitments.SaysDone); return err }
	contest := func(one id.ID) error { return w.take(focalIR, one, commitments.Contest) }
	stages := map[commitments.Progress][]func(id.ID) error{
		commitments.Proposed: nil, commitments.Adopted: {adopt}, commitments.Accepted: {adopt, accept}, commitments.InProgress: {adopt, accept, work},
		commitments.Reported: {adopt, accept, work, done}, commitments.Contested: {adopt, accept, done, contest},
		commitments.Verified: {adopt, accept, done, func(one id.ID) error { return w.take(office, one, commitments.Verify) }},
	}
	// may are those who may take a step of their own: the account that proposed
	// (office) does not adopt, those of Kazakhstan do not judge.
	may := map[string][]access.Actor{
		commitments.Adopt: {office2, twoHats}, commitments.Accept: {focalKZ, focalKZ2, twoHats}, commitments.Reopen: {focalKZ, focalKZ2, twoHats},
		commitments.Verify: {office, office2, focalCN, focalIR}, commitments.Contest: {office, office2, focalCN, focalIR},
		commitments.Supersede: {office, office2, twoHats}, commitments.Lapse: {office, office2, twoHats}, commitments.Drop: {office, office2, twoHats},
	}
	for stage, steps := range stages {
		one := until(steps...)
		for verb, allowed := range may {
			_, err := commitments.Flow.Next(stage, verb)
			possible := err == nil
			if verb == commitments.Accept && stage != commitments.Adopted {
				possible = false // Kazakhstan did
			}
			for _, a := range everybody {
				err := w.take(a, one, verb, other)
				if err == nil { // it moved on; a refusal changes nothing
					one = until(steps...)
				}
				want := possible && has(allowed, a)
				if want != (err == nil) || err != nil && !refused(err) {
					t.Errorf("%s by %q while %s: %v, want %v", verb, a.Account, stage, err, want)
				}
			}
		}
	}
}

func has(all []access.Actor, a access.Actor) bool {
	for _, one := range all {
		if one.Account == a.Account {
			return true
		}
	}
	return false
}

func TestDoneIsReportedByTheObligedStateOnly(t *testing.T) {
	w := newWorld(t, testkit.SQLite(t))
	one := w.propose().ID
	w.must(w.take(office2, one, commitments.Adopt))
	w.must(w.take(focalKZ, one, commitments.Accept))
	for _, says := range commitments.Says {
		for _, a := range []access.Actor{nobody, memberKZ, focalCN, focalIR, office, admin} {
			if _, err := w.say(a, one, says); !refused(err) {
				t.Errorf("%s said by %q: %v", says, a.Account, err)
			}
		}
	}
	if err := w.take(focalKZ, one, commitments.ReportDone); !fault.Is(err, fault.Invalid) {
		t.Errorf("done without a report: %v", err)
	}
}

// A state's report can not be written or changed by another by any way in.
func TestAReportBelongsToItsState(t *testing.T) {
	w := newWorld(t, testkit.SQLite(t))
	one := w.propose().ID
	w.must(w.take(office2, one, commitments.Adopt))
	w.must(w.take(focalKZ, one, commitments.Accept))
	report, err := w.say(focalKZ, one, commitments.SaysStarted)
	w.must(err)
	newest := func() int { return w.newest(report.ID).Rev }
	for _, a := range []access.Actor{nobody, memberKZ, focalCN, office, office2, admin} {
		for name, f := range map[string]func(ctx context.Context, tx *db.Tx) error{
			"edit": func(ctx context.Context, tx *db.Tx) error {
				_, err := w.book.Edit(ctx, tx, report.ID, newest(), func(r *record.Record) error { return nil })
				return err
			},
			"take it over": func(ctx context.Context, tx *db.Tx) error {
				_, err := w.book.Edit(ctx, tx, report.ID, newest(), func(r *record.Record) error {
					r.Owner, r.Party = a.Party(), a.Party()
					r.Body.(*commitments.Report).State = a.Party()
					return nil
				})
				return err
			},
			"withdraw": func(ctx context.Context, tx *db.Tx) error {
				_, err := w.book.Do(ctx, tx, report.ID, newest(), "withdraw", record.Options{Note: said("no")})
				return err
			},
		} {
			if err := w.write(a, f); !refused(err) {
				t.Errorf("%s by %q: %v", name, a.Account, err)
			}
		}
	}
	for name, r := range map[string]*record.Record{
		"owned by China in the name of Kazakhstan":       {Owner: cn, Party: kz},
		"owned by Kazakhstan in the name of China":       {Owner: kz, Party: cn},
		"by China alone, saying it is Kazakhstan":        {Owner: cn, Party: cn},
		"by nobody, which policy would have to let pass": {},
	} {
		r.Kind, r.Source, r.Texts = "report", "en", map[string]record.Version{"en": {Provenance: record.Original, Fields: map[string]string{"title": "Forged"}}}
		r.Body = &commitments.Report{Commitment: one, State: kz, Says: commitments.SaysDone}
		err := w.write(focalCN, func(ctx context.Context, tx *db.Tx) error { return w.book.Create(ctx, tx, r) })
		if err == nil {
			t.Errorf("%s was stored", name)
		}
	}
	err = w.write(focalKZ2, func(ctx context.Context, tx *db.Tx) error {
		_, err := w.book.Edit(ctx, tx, report.ID, newest(), func(r *record.Record) error {
			r.Body.(*commitments.Report).Says = commitments.SaysDone
			return nil
		})
		return err
	})
	if !fault.Is(err, fault.Forbidden) {
		t.Errorf("what a published report says happened was changed: %v", err)
	}
	w.must(w.write(focalKZ2, func(ctx context.Context, tx *db.Tx) error {
		_, err := w.book.Edit(ctx, tx, report.ID, newest(), func(r *record.Record) error {
			r.Body.(*commitments.Report).Evidence = []commitments.Proof{{URL: "https://karvan.example/call"}}
			return nil
		})
		return err
	}))
}

func TestSeveralPartiesEachAcceptAndReport(t *testing.T) {
	w := newWorld(t, testkit.SQLite(t))
	one := w.propose(func(c *commitments.Commitment) {
		c.Obliged = commitments.Obliged{Parties: []id.ID{kz}, Role: commitments.Secretariat, Body: sco}
	}).ID
	w.must(w.take(office2, one, commitments.Adopt))
	w.must(w.take(focalKZ, one, commitments.Accept))
	if _, err := w.say(office2, one, commitments.SaysDone); !fault.Is(err, fault.Conflict) {
		t.Errorf("the secretariat reports what it did not accept: %v", err)
	}
	w.must(w.take(office2, one, commitments.Accept))
	_, err := w.say(focalKZ, one, commitments.SaysDone)
	w.must(err)
	if err := w.take(focalCN, one, commitments.Verify); !fault.Is(err, fault.Conflict) {
		t.Errorf("verified while one of two has reported: %v", err)
	}
	_, err = w.say(office2, one, commitments.SaysDone)
	w.must(err)
	for _, a := range []access.Actor{office, office2, focalKZ2, twoHats} {
		if err := w.take(a, one, commitments.Verify); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s, who is bound, verifies: %v", a.Account, err)
		}
	}
	w.must(w.take(focalCN, one, commitments.Verify))
}

func TestARetractedReportIsNotVerified(t *testing.T) {
	w := newWorld(t, testkit.SQLite(t))
	one := w.propose().ID
	w.must(w.take(office2, one, commitments.Adopt))
	w.must(w.take(focalKZ, one, commitments.Accept))
	report, err := w.say(focalKZ, one, commitments.SaysDone)
	w.must(err)
	w.must(w.write(focalKZ, func(ctx context.Context, tx *db.Tx) error {
		head, err := w.book.HeadOf(ctx, tx, report.ID)
		if err == nil {
			_, err = w.book.Do(ctx, tx, report.ID, head.Rev, "withdraw", record.Options{Note: said("sent by mistake")})
		}
		return err
	}))
	if err := w.take(office, one, commitments.Verify); !fault.Is(err, fault.Conflict) {
		t.Errorf("verified on a report taken back: %v", err)
	}
	// Who changed the account's roles since is still the one who reported.
	moved := access.Actor{Account: focalKZ.Account, Grants: []access.Grant{{Role: access.Secretariat, Scope: sco}}}
	if err := w.take(moved, one, commitments.Contest); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the account that reported contests: %v", err)
	}
}

func TestNobodyEditsProgressOrWhatWasAdopted(t *testing.T) {
	w := newWorld(t, testkit.SQLite(t))
	own := w.propose().ID
	edit := func(a access.Actor, f func(*record.Record)) error {
		return w.write(a, func(ctx context.Context, tx *db.Tx) error {
			head, err := w.book.HeadOf(ctx, tx, own)
			if err == nil {
				_, err = w.book.Edit(ctx, tx, own, head.Rev, func(r *record.Record) error { f(r); return nil })
			}
			return err
		})
	}
	forged := func(r *record.Record) {
		c := commitment(r)
		c.Progress = commitments.Adopted
		c.Steps = []commitments.Step{{Verb: commitments.Adopt, To: commitments.Adopted, By: sco, At: start, Rev: 1}}
	}
	if err := edit(office, forged); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a step was edited in: %v", err)
	}
	draft := &record.Record{Kind: "commitment", Owner: kz, Party: kz, Source: "en", Texts: map[string]record.Version{}, Body: &commitments.Commitment{Progress: commitments.Proposed}}
	forged(draft)
	if err := w.write(focalKZ, func(ctx context.Context, tx *db.Tx) error { return w.book.Create(ctx, tx, draft) }); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a commitment was created adopted: %v", err)
	}
	c := &commitments.Commitment{Type: "call", Obliged: commitments.Obliged{Parties: []id.ID{kz}}, Progress: commitments.Proposed}
	q := w.quote()
	c.Quote = &q
	r := &record.Record{Kind: "commitment", Owner: kz, Party: kz, Source: "en", Body: c, Texts: map[string]record.Version{"en": {Provenance: record.Original, Fields: map[string]string{"title": "T"}}}}
	w.must(w.write(focalKZ, func(ctx context.Context, tx *db.Tx) error { return w.book.Create(ctx, tx, r) }))
	own = w.publish(focalKZ, focalKZ, r.ID).ID
	w.must(w.take(office2, own, commitments.Adopt))
	later := func(r *record.Record) { commitment(r).Due = "2040" }
	if err := edit(focalKZ, later); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the obliged state moved its due day: %v", err)
	}
	w.must(edit(focalKZ, func(r *record.Record) { r.Texts["en"].Fields["note"] = "In other words." }))
	w.must(edit(office, later))
	// A step while that change waits goes into both.
	w.must(w.take(focalKZ, own, commitments.Accept))
	if now := commitment(w.newest(own)); now.Progress != commitments.Accepted || now.Due != "2040" {
		t.Errorf("the change that waits has %s and is due %s", now.Progress, now.Due)
	}
	if public := w.publish(office, office, own); commitment(public).Progress != commitments.Accepted || commitment(public).Due != "2040" || len(public.Notes) != 3 {
		t.Errorf("published: %+v with %d notes", commitment(public), len(public.Notes))
	}
}

func TestAQuoteFollowsACorrectionOrIsFlagged(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		one := w.propose().ID
		correct := func(body string) {
			w.must(w.write(office, func(ctx context.Context, tx *db.Tx) error {
				head, err := w.book.HeadOf(ctx, tx, w.text.ID)
				if err == nil {
					_, err = w.book.Edit(ctx, tx, w.text.ID, head.Rev, func(r *record.Record) error { r.Texts["en"].Fields["body"] = body; return nil })
				}
				return err
			}))
			w.text = w.publish(office, office2, w.text.ID)
		}
		anchor := func(a access.Actor) error {
			return w.write(a, func(ctx context.Context, tx *db.Tx) error {
				head, err := w.book.HeadOf(ctx, tx, one)
				if err == nil {
					_, err = commitments.Anchor(ctx, tx, w.book, one, head.Rev, said("corrected"))
				}
				return err
			})
		}
		if err := anchor(office); !fault.Is(err, fault.Conflict) {
			t.Errorf("anchored where it stands: %v", err)
		}
		correct("A line was added. Before. " + promise)
		old := *commitment(w.newest(one)).Quote
		if now, standing := old.In(w.text.Text("en", "body")); standing != meetings.Moved || now.Start != old.Start+len("A line was added. ") {
			t.Fatalf("%s at %d", standing, now.Start)
		}
		if err := anchor(focalCN); !fault.Is(err, fault.Forbidden) {
			t.Errorf("anchored by a stranger: %v", err)
		}
		w.must(anchor(office))
		if q := commitment(w.newest(one)).Quote; q.Digest != w.text.Digest || q.Rev != w.text.Rev || q.Start != old.Start+len("A line was added. ") {
			t.Errorf("anchored at %+v", q)
		}
		correct("Nothing of the kind was agreed.")
		if err := anchor(office); !fault.Is(err, fault.Invalid) {
			t.Errorf("lost words were anchored: %v", err)
		}
	})
}
