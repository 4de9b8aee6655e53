package site_test

import (
	"net/http"
	"strings"
	"testing"

	"karvan/internal/id"
	"karvan/parties"
	"karvan/record"
)

// mongolia and iran stand for those whose standing changed.
var (
	mongolia = id.Derive(testNode, "state", "MN")
	iran     = id.Derive(testNode, "state", "IR")
	council  = id.Derive(testNode, "body", "council")
)

// withHistory gives the body observers that became members and partners.
func withHistory(t *testing.T) *world {
	w := newWorld(t)
	put := func(r *record.Record) {
		r.Source, r.Texts = "en", map[string]record.Version{}
		w.publish("admin", "admin", w.create("admin", r))
	}
	put(&record.Record{ID: iran, Kind: "state", Body: &parties.State{Code: "IR", ISO3: "IRN", M49: 364, Order: 0, Names: namesOf("Iran", "伊朗"),
		Languages: []parties.Language{{Lang: "fa", Status: "official", Evidence: parties.Unverified}}}})
	put(&record.Record{ID: mongolia, Kind: "state", Body: &parties.State{Code: "MN", ISO3: "MNG", M49: 496, Order: 9, Names: namesOf("Mongolia", "蒙古国")}})
	put(&record.Record{ID: council, Kind: "body", Body: &parties.Body{Names: namesOf("Council of Ministers", "部长会议"), Parent: theBody}})
	w.edit("admin", theBody, func(r *record.Record) {
		b := r.Body.(*parties.Body)
		b.Categories = []parties.Category{{Key: "member", Period: parties.Period{From: "2001-06-15"}},
			{Key: "observer", Period: parties.Period{From: "2004-06-17", To: "2025-09-01"}}, {Key: "partner", Period: parties.Period{From: "2025-09-01"}}}
		b.Statuses = append(b.Statuses,
			parties.Status{State: iran, Category: "observer", Period: parties.Period{From: "2005-07-05", To: "2023-07-04"}, Evidence: parties.Unverified},
			parties.Status{State: iran, Category: "member", Period: parties.Period{From: "2023-07-04"}, Memorandum: "2022-09-16", Evidence: parties.Seen},
			parties.Status{State: mongolia, Category: "observer", Period: parties.Period{From: "2004"}, Evidence: parties.Unverified},
			parties.Status{State: mongolia, Category: "partner", Period: parties.Period{From: "2025-09-01"}, Evidence: parties.Seen})
		b.Chairs = []parties.Chair{{State: china, Period: parties.Period{From: "2024", To: "2025-09-01"}}, {State: kazakhstan, Period: parties.Period{From: "2025-09-01", To: "2026-07"}}}
	})
	w.do("admin", theBody, "submit", record.Options{})
	w.do("admin", theBody, "publish", record.Options{Note: &record.Note{Type: "update", Text: map[string]string{"en": "History added."}}})
	return w
}

func TestMembersAsAtADate(t *testing.T) {
	w := withHistory(t)
	path := "/en/bodies/" + theBody.ULID()
	for _, c := range []struct {
		name, date string
		counts     map[string]string // by category; "" for a category that is not there
		chair      string
	}{
		{"before anybody observed", "2002-01-01", map[string]string{"member": "(2)", "observer": "", "partner": ""}, "not known"},
		{"with observers", "2010-01-01", map[string]string{"member": "(2)", "observer": "(2)", "partner": ""}, "not known"},
		{"the day before the change", "2025-08-31", map[string]string{"member": "(3)", "observer": "(1)", "partner": ""}, "China"},
		{"the day observers became partners", "2025-09-01", map[string]string{"member": "(3)", "observer": "", "partner": "(1)"}, "Kazakhstan"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := w.as("").get(path + "?date=" + c.date).want(http.StatusOK)
			for key, count := range c.counts {
				if count == "" {
					if len(p.find("#group-"+key)) != 0 {
						t.Errorf("there is a group %s", key)
					}
					continue
				}
				p.has("#group-"+key, count)
			}
			p.has(".chair", c.chair)
			if p.value("date") != c.date {
				t.Errorf("the picker stands at %q", p.value("date"))
			}
		})
	}
	w.as("").get(path+"?date=2024-05-01").has(".chair", "China").lacks(".chair", "only the year")
	w.as("").get(path+"?date=2004-07-01").has("table.members-observer", "the exact day is not known")
	p := w.as("").get(path + "?date=2025-09-01")
	if rows := p.find("table.members-member tbody th"); len(rows) != 3 || textOf(rows[0]) != "Iran" || textOf(rows[1]) != "China" {
		t.Errorf("members stand as %q", p.text("table.members-member tbody th"))
	}
	p.has("table.members-member", "16 September 2022").lacks("#since", "Mongolia")
	w.as("").get(path+"?date=2010-01-01").has("table.members-observer .badge", "Not verified").has("table.members-observer", "2004").
		has("#since", "from Observer to Member").has("#since", "from Observer to Partner").has("#since", "takes the chair")
}

func TestAChairIsNotGuessed(t *testing.T) {
	w := withHistory(t)
	w.edit("admin", council, func(r *record.Record) {
		r.Body.(*parties.Body).Chairs = []parties.Chair{{State: china, Period: parties.Period{From: "2021", To: "2022"}, Evidence: parties.Unverified},
			{State: kazakhstan, Period: parties.Period{From: "2022", To: "2023"}}}
	})
	w.do("admin", council, "submit", record.Options{})
	w.do("admin", council, "publish", record.Options{Note: &record.Note{Type: "update", Text: map[string]string{"en": "Chairs added."}}})
	path := "/en/bodies/" + council.ULID() + "?date="
	w.as("").get(path+"2022-02-18").has(".chair", "China").has(".chair", "Kazakhstan").has(".chair", "only the year")
	w.as("").get(path+"2021-12-31").has(".chair", "China").has(".chair", "Not verified").lacks(".chair", "Kazakhstan")
	w.as("").get(path+"2024-01-01").has(".chair", "not known")
}

func TestADateThatIsNone(t *testing.T) {
	w := withHistory(t)
	for _, date := range []string{"tomorrow", "2025-02-30", "9999-01-01", "<script>"} {
		p := w.as("").get("/en/bodies/" + theBody.ULID() + "?date=" + strings.NewReplacer("<", "%3C", ">", "%3E").Replace(date))
		p.want(http.StatusUnprocessableEntity).has(".errors", "is not a date").has(".errors", date).has("#group-partner", "(1)")
		if p.value("date") != "2026-03-02" {
			t.Errorf("%s: the page stands at %q", date, p.value("date"))
		}
	}
	w.as("").get("/fa/bodies/"+theBody.ULID()+"?date=۲۰۱۰-۰۱-۰۱").want(http.StatusOK).has("#group-observer", "")
}

func TestTimelineSaysTheSameAsItsTable(t *testing.T) {
	w := withHistory(t)
	for tag, anchor := range map[string]string{"en": "/en", "fa": "/fa"} {
		p := w.as("").get(anchor + "/bodies/" + theBody.ULID()).want(http.StatusOK)
		bars, rows := len(p.find("svg.timeline rect")), len(p.find("table.timeline-table tbody tr"))
		if bars != rows || bars != 6 {
			t.Errorf("%s: %d bars and %d rows, want 6", tag, bars, rows)
		}
		if len(p.find("svg.timeline title")) == 0 || len(p.find("svg.timeline desc")) != 1 {
			t.Errorf("%s: the picture lacks its title or description", tag)
		}
	}
}

func TestABodyBelowShowsTheMembersAbove(t *testing.T) {
	w := withHistory(t)
	p := w.as("").get("/en/bodies/" + council.ULID() + "?date=2010-01-01").want(http.StatusOK)
	p.has("#members", "no list of members of its own").has("#group-member", "(2)").lacks("main", "Who joined when")
	w.as("").get("/en/bodies").want(http.StatusOK).has(".tree ul", "Council of Ministers").has(".tree", "Member: 3")
}

func TestPartiesPagesSpeakEveryLanguage(t *testing.T) {
	w := withHistory(t)
	w.offer("苹果")
	for tag, dir := range map[string]string{"en": "ltr", "zh": "ltr", "ru": "ltr", "fa": "rtl"} {
		for _, path := range []string{"/bodies", "/bodies/" + theBody.ULID(), "/states/CN", "/states/IR", "/organisations", "/organisations/" + institute.ULID()} {
			p := w.as("").get("/" + tag + path).want(http.StatusOK)
			if got := strings.Join(append(p.attrs("html", "lang"), p.attrs("html", "dir")...), " "); got != tag+" "+dir || len(p.find("h1")) != 1 {
				t.Errorf("%s%s: html is %q with %d headings", tag, path, got, len(p.find("h1")))
			}
		}
	}
}

func TestStatePage(t *testing.T) {
	w := withHistory(t)
	w.offer("苹果")
	b := w.as("")
	if p := b.get("/en/states/cn").want(http.StatusMovedPermanently); p.Header.Get("Location") != "/en/states/CN" {
		t.Errorf("a lower-case code leads to %s", p.Header.Get("Location"))
	}
	for _, path := range []string{"/en/states/ZZ", "/en/states/zz", "/en/states/%2e%2e"} {
		b.get(path).want(http.StatusNotFound)
	}
	p := b.get("/en/states/CN").want(http.StatusOK)
	p.has("#statuses", "Shanghai Cooperation Organisation").has("#statuses", "Member").has("#profiles", "苹果").has("#names", "中国").has(".tabs", "1 organisation")
	b.get("/en/states/IR").has("#languages .badge", "Not verified").has("#statuses", "Observer").has("#statuses strong", "Member").has("#board", "Nothing here yet")
}

func TestOrganisationsAreFoundAndNarrowed(t *testing.T) {
	w := newWorld(t)
	b := w.as("")
	b.get("/en/organisations").want(http.StatusOK).has("main .list", "Institute of Dryland Farming").has("main .list", "Ministry of Science").has(".facets", "China")
	b.get("/en/organisations?state=CN").has("main .list", "Institute").lacks("main .list", "Ministry of Science")
	b.get("/en/organisations?actor=ministry-agency").has("main .list", "Ministry of Science").lacks("main .list", "Institute")
	b.get("/zh/organisations?q="+"旱地").has("main .list", "旱地农业研究所")
	b.get("/en/organisations?q=nothinglikeit").want(http.StatusOK).has(".empty", "No organisation fits")
	b.get("/en/organisations?cursor=rubbish").want(http.StatusUnprocessableEntity)
}

func TestEditingAnOrganisation(t *testing.T) {
	w := newWorld(t)
	w.edit("chen", institute, func(r *record.Record) { r.Owner = institute }) // who keeps its own record
	w.do("chen", institute, "submit", record.Options{})
	w.do("chen", institute, "publish", record.Options{Note: &record.Note{Type: "update", Text: map[string]string{"en": "Kept by the institute."}}})
	path := "/en/organisations/" + institute.ULID()
	w.as("").get(path + "/edit").want(http.StatusSeeOther)
	w.as("aigerim").get(path + "/edit").want(http.StatusForbidden)
	w.as("").get(path).lacks("main", "Edit the organisation")
	b := w.as("guo")
	form := b.get(path + "/edit").want(http.StatusOK).form("/edit")
	form.Set("do", "add-name")
	p := b.post(path+"/edit", form).want(http.StatusOK)
	form = p.form("/edit")
	form.Set("body.names.2.lang", "ru")
	form.Set("body.names.2.name", "Институт богарного земледелия")
	form.Set("body.ror", "not a ror")
	form.Set("do", "submit")
	p = b.post(path+"/edit", form).want(http.StatusUnprocessableEntity).has(".errors", "ROR")
	if p.value("body.names.2.name") != "Институт богарного земледелия" {
		t.Error("what was typed is lost")
	}
	form.Set("body.ror", "https://ror.org/034t30j35")
	b.follow(path+"/edit", form).want(http.StatusOK)
	if now := w.newest(institute); now.State != record.Submitted || len(now.Body.(*parties.Organisation).Names) != 3 {
		t.Errorf("the record is %s with %d names", now.State, len(now.Body.(*parties.Organisation).Names))
	}
	w.as("").get(path).lacks("main", "Институт") // visitors see the change when the focal point publishes it
}

func TestFocalPointPublishesAChangeWithANote(t *testing.T) {
	w := newWorld(t)
	path := "/en/organisations/" + institute.ULID()
	b := w.as("chen")
	form := b.get(path + "/edit").want(http.StatusOK).form("/edit")
	form.Set("body.website", "https://institute.example/")
	form.Set("do", "publish")
	b.post(path+"/edit", form).want(http.StatusUnprocessableEntity).has(".errors", "nothing published changes silently")
	form.Set("note", "Website added.")
	b.follow(path+"/edit", form).want(http.StatusOK)
	p := w.as("").get(path).has(".notes", "Website added.")
	if rel := p.attrs(".kv a[href=https://institute.example/]", "rel"); len(rel) != 1 || !strings.Contains(rel[0], "nofollow") {
		t.Errorf("the website is linked with rel %q", rel)
	}
	old := w.as("deng")
	stale := old.get(path + "/edit").form("/edit")
	w.edit("chen", institute, func(r *record.Record) { r.Body.(*parties.Organisation).Place = "Yangling" })
	stale.Set("body.since", "1952")
	stale.Set("do", "draft")
	p = old.post(path+"/edit", stale).want(http.StatusConflict).has(".notice", "Yangling")
	if p.value("body.since") != "1952" {
		t.Error("what was typed is lost")
	}
	old.post(path+"/edit", p.form("/edit")).want(http.StatusSeeOther)
}

func TestPersonPage(t *testing.T) {
	m := newMeeting(t)
	p := m.as("").get("/en/persons/" + m.minister.ULID()).want(http.StatusOK)
	p.has("h1", "Wang Zhigang").has("#tenures", "Minister of Science and Technology").has("#tenures", "18 February 2022").has("#events", "The minister meets")
	m.as("").get("/en/organisations/"+ministryKZ.ULID()).has("#posts", "Wang Zhigang").has("#posts", "18 February 2022")
	m.as("").get("/en/persons/01ARZ3NDEKTSV4RRFFQ69G5FAV").want(http.StatusNotFound)
}
