package site_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"karvan/catalogue"
	"karvan/record"
)

const pathOf = "/en/catalogue/"

// need publishes a need of the institute, in English.
func (w *world) need(title string, change ...func(*record.Record)) *record.Record {
	w.Helper()
	r := &record.Record{Kind: "need", Owner: institute, Party: china, Source: "en",
		Texts: map[string]record.Version{"en": {Provenance: record.Original, Fields: map[string]string{"title": title, "summary": "We need " + title, "description": "In detail: " + title}}},
		Body:  &catalogue.Profile{Type: "technology-request", Fields: []string{"4.1"}, Cooperation: []string{"training"}}}
	for _, f := range change {
		f(r)
	}
	return w.publish("guo", "guo", w.create("guo", r))
}

// drafted stores a draft of the institute that lacks much.
func (w *world) drafted(title string) *record.Record {
	w.Helper()
	return w.create("guo", &record.Record{Kind: "offer", Owner: institute, Party: china, Source: "en", Body: &catalogue.Profile{Type: "technology-offer"},
		Texts: map[string]record.Version{"en": {Provenance: record.Original, Fields: map[string]string{"title": title}}}})
}

func TestCatalogueListsInEveryLanguage(t *testing.T) {
	w := newWorld(t)
	w.offer("节水灌溉", func(r *record.Record) { r.Sample = true })
	w.need("salt-tolerant barley")
	for tag, dir := range map[string]string{"en": "ltr", "zh": "ltr", "ru": "ltr", "fa": "rtl"} {
		p := w.as("").get("/" + tag + "/catalogue").want(http.StatusOK)
		if got := p.attrs("html", "lang"); got[0] != tag {
			t.Errorf("the page in %s says it is in %s", tag, got)
		}
		if got := p.attrs("html", "dir"); got[0] != dir {
			t.Errorf("the page in %s runs %s", tag, got)
		}
		if n := len(p.find(".list h3")); n != 2 {
			t.Errorf("%s: %d rows, want both kinds", tag, n)
		}
		p.has("span[lang=zh]", "节水灌溉")
		p.has("span[lang=en]", "salt-tolerant barley")
		if len(p.find("h1")) != 1 {
			t.Errorf("%s: %d headings of the first level", tag, len(p.find("h1")))
		}
	}
}

func TestCatalogueNarrows(t *testing.T) {
	w := newWorld(t)
	w.offer("节水灌溉")
	w.need("salt-tolerant barley", func(r *record.Record) { r.Body.(*catalogue.Profile).Deadline = "2026-06-30" })
	w.need("grain dryer", func(r *record.Record) { r.Body.(*catalogue.Profile).Deadline = "2026-05-31" })
	w.Clock.Set(testStart.Add(100 * 24 * time.Hour)) // 10 June: all is stale, one deadline is over
	w.offer("土壤传感器")
	for _, c := range []struct {
		name, query string
		want        []string
	}{
		{"everything, newest first", "", []string{"土壤传感器", "grain dryer", "salt-tolerant barley", "节水灌溉"}},
		{"needs alone", "?kind=need", []string{"grain dryer", "salt-tolerant barley"}},
		{"both kinds chosen are no choice", "?kind=need&kind=offer", []string{"土壤传感器", "grain dryer", "salt-tolerant barley", "节水灌溉"}},
		{"a kind that is none", "?kind=person", []string{"土壤传感器", "grain dryer", "salt-tolerant barley", "节水灌溉"}},
		{"words", "?q=barley", []string{"salt-tolerant barley"}},
		{"a field of science", "?field=4.1", []string{"grain dryer", "salt-tolerant barley"}},
		{"one of two ways to work together", "?cooperation=licence", []string{"土壤传感器", "节水灌溉"}},
		{"confirmed lately", "?fresh=1", []string{"土壤传感器"}},
		{"by deadline, without those that are over", "?sort=deadline", []string{"salt-tolerant barley"}},
		{"a sort nobody knows", "?sort=beauty&kind=need", []string{"grain dryer", "salt-tolerant barley"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := w.as("").get("/en/catalogue" + c.query).want(http.StatusOK)
			var got []string
			for _, n := range p.find(".list h3") {
				got = append(got, textOf(n))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("lists %q, want %q", got, c.want)
			}
		})
	}
	p := w.as("").get("/en/catalogue")
	p.has(".facets", "Within 90 days 1")
	p.has(".facets", "Needs 2")
	p.has(".facets", "China 4")
	w.as("").get("/en/catalogue?cursor=!").want(http.StatusUnprocessableEntity)
	w.as("").get("/en/catalogue?stage=%3Cscript%3E").want(http.StatusOK).has(".chosen", "<script>")
}

func TestNothingFoundOffersWhatToDo(t *testing.T) {
	p := newWorld(t).as("").get("/en/catalogue?q=perpetuum+mobile").want(http.StatusOK)
	p.has(".empty", "Nothing was found")
	links := strings.Join(p.attrs(".empty a", "href"), " ")
	for _, want := range []string{"/en/catalogue/new?kind=need&title=perpetuum+mobile", "/en/catalogue.atom?q=perpetuum+mobile", "/en/states/KZ", "/en/states/CN"} {
		if !strings.Contains(links, want) {
			t.Errorf("the next steps %s lack %s", links, want)
		}
	}
}

func TestProfilePage(t *testing.T) {
	w := newWorld(t)
	r := w.offer("节水灌溉", func(r *record.Record) {
		p := r.Body.(*catalogue.Profile)
		p.TRL, p.IPR, p.Patents, p.PartnerCountries = 8, []string{"patent-granted"}, []string{"CN000000000A"}, []string{"KZ", "UZ"}
		p.Fields, p.SDG, p.Budget = []string{"4.1"}, []int{6}, &catalogue.Budget{From: 1000, To: 20000, Currency: "CNY"}
		p.Agro = &catalogue.Agro{Crops: []string{"棉花 (Gossypium)"}, Zones: []string{"irrigated-arid"}}
		p.Concepts = []string{"https://sample.example/c_1", "javascript:alert(1)"}
		r.Texts["ru"] = record.Version{Provenance: record.Machine, Fields: map[string]string{"title": "Полив"}}
		r.Files = []record.File{
			{Name: "sheet.pdf", MediaType: "application/pdf", Size: 10, SHA256: strings.Repeat("a", 64), Tier: record.Public},
			{Name: "secret.pdf", MediaType: "application/pdf", Size: 10, SHA256: strings.Repeat("b", 64), Tier: record.Confidential},
		}
		r.ValidTo = testStart.Add(catalogue.ValidFor)
	})
	path := "/catalogue/" + r.ID.ULID()
	p := w.as("").get("/en" + path).want(http.StatusOK)
	p.has("h1 span[lang=zh]", "节水灌溉")
	for _, want := range []string{"Institute of Dryland Farming", "Ready to be shown", "Patent granted", "Kazakhstan", "UZ", "1,000 to 20,000 CNY", "Irrigated arid", "Clean water and sanitation", "CN000000000A", "Agriculture, forestry and fisheries"} {
		p.has("main dl", want)
	}
	links := p.attrs("main a", "href")
	if !slices.Contains(links, "/files/"+strings.Repeat("a", 64)+"/sheet.pdf") {
		t.Error("the public attachment has no link")
	}
	for _, href := range links {
		if strings.Contains(href, "secret.pdf") || strings.HasPrefix(href, "javascript:") {
			t.Errorf("there is a link to %s", href)
		}
	}
	p.has("main", "secret.pdf").has("main", "Open after a confidentiality agreement")
	p.has("head script", `"@type":"Offer"`).has("head script", `"validThrough"`)
	p.lacks("main", "What would make it better")
	w.as("").get("/en"+path+"?read=ru").has("h1 span[lang=ru]", "Полив").has("main", "nobody has checked them")
	w.as("guo").get("/en"+path).want(http.StatusOK).has("main", "What would make it better").has("main", "Edit")
	w.as("aigerim").get("/en"+path).lacks("main", "What would make it better")
	for _, tag := range []string{"zh", "ru", "fa"} {
		w.as("guo").get("/" + tag + path).want(http.StatusOK)
	}
	w.Clock.Set(testStart.Add(120*24*time.Hour + time.Hour))
	w.as("").get("/ru"+path).has(".notice--warn", "120")
	w.as("").get("/en/catalogue/00000000000000000000000000").want(http.StatusNotFound)
}

func TestDraftsAreForTheirOwners(t *testing.T) {
	w := newWorld(t)
	r := w.drafted("Unfinished")
	path := pathOf + r.ID.ULID()
	for who, want := range map[string]int{"": 404, "aigerim": 404, "elena": 404, "guo": 200, "hua": 200, "chen": 200} {
		if got := w.as(who).get(path).Status; got != want {
			t.Errorf("%q gets %d for a draft, want %d", who, got, want)
		}
	}
	for who, want := range map[string]int{"": 303, "elena": 403, "aigerim": 404, "guo": 200, "chen": 200} {
		for _, part := range []string{"/edit", "/edit/basics"} {
			if got := w.as(who).get(path + part).Status; got != want {
				t.Errorf("%q gets %d for %s, want %d", who, got, part, want)
			}
		}
	}
	if got := w.as("aigerim").post(path+"/edit/basics", url.Values{"base": {"1"}, "texts.title": {"Mine"}}).Status; got != 404 {
		t.Errorf("a stranger's form gets %d", got)
	}
	if got := w.newest(r.ID).Text("en", "title"); got != "Unfinished" {
		t.Errorf("the draft is called %q", got)
	}
	w.as("guo").get(path + "/edit/evil").want(http.StatusNotFound)
}

func TestNewProfile(t *testing.T) {
	w := newWorld(t)
	b := w.as("guo")
	p := b.get("/en/catalogue/new?kind=need&title=Salt+sensor").want(http.StatusOK)
	p.has("form", "We pay: this is a need").lacks("form", "We are paid").has("form", "Institute of Dryland Farming")
	form := p.form("/catalogue/new")
	if got := form.Get("texts.title"); got != "Salt sensor" {
		t.Errorf("the title begins as %q", got)
	}
	again := b.post("/en/catalogue/new", form).want(http.StatusUnprocessableEntity)
	again.has(".errors", "Fill in this field")
	if got := again.value("texts.title"); got != "Salt sensor" {
		t.Errorf("the title typed became %q", got)
	}
	form.Set("type", "technology-request")
	form.Set("texts.summary", "A sensor for brackish wells.")
	over := b.follow("/en/catalogue/new", form).want(http.StatusOK)
	over.has("main", "Salt sensor").has("main", "Nothing missing").has("main", "Description")
	over.has("main", "Before it can be published")

	for _, c := range []struct {
		name, who, owner string
		want             int
	}{
		{"another's organisation", "guo", string(ministryKZ), 403},
		{"what is no organisation", "guo", string(china), 422},
		{"what is no id", "guo", "../../etc", 422},
		{"a focal point without an owner", "aigerim", "", 422},
		{"a focal point for its state", "aigerim", string(ministryKZ), 303},
		{"a focal point for another state", "aigerim", string(institute), 403},
		{"the secretariat", "elena", string(institute), 403},
		{"a visitor", "", string(institute), 401},
	} {
		t.Run(c.name, func(t *testing.T) {
			form := url.Values{"type": {"technology-offer"}, "source": {"ru"}, "texts.title": {"Датчик"}, "texts.summary": {"Кратко"}, "owner": {c.owner}}
			if got := w.as(c.who).post("/en/catalogue/new", form).Status; got != c.want {
				t.Errorf("status %d, want %d", got, c.want)
			}
		})
	}
	w.as("aigerim").get("/en/catalogue/new").want(http.StatusOK).has("select[name=owner]", "Ministry of Science").lacks("select[name=owner]", "Dryland")
	w.as("aigerim").get("/en/catalogue/new?org=nothing").want(http.StatusOK).lacks("select[name=owner]", "Ministry")
}

func TestEditSectionBySection(t *testing.T) {
	w := newWorld(t)
	r := w.drafted("Drip lines")
	path, b := pathOf+r.ID.ULID(), w.as("guo")
	for _, s := range catalogue.Sections("offer") {
		for _, tag := range []string{"en", "zh", "ru", "fa"} {
			p := b.get("/" + tag + "/catalogue/" + r.ID.ULID() + "/edit/" + s.Name).want(http.StatusOK)
			if len(p.find("h1")) != 1 {
				t.Errorf("%s in %s has %d headings of the first level", s.Name, tag, len(p.find("h1")))
			}
		}
	}
	save := func(section, goTo string, change url.Values) *page {
		t.Helper()
		form := b.get(path + "/edit/" + section).form("/edit/" + section)
		for name, v := range change {
			form[name] = v
		}
		form.Set("go", goTo)
		return b.follow(path+"/edit/"+section, form)
	}
	save("basics", "next", url.Values{"texts.summary": {"Lines for saline water"}}).has("h1", "Description").has(".notice", "Saved")
	save("text", "stay", url.Values{"texts.description": {"Short."}}).has("h1", "Description").has("#hints", "readers expect about 1,000")
	save("maturity", "next", url.Values{"body.stage": {"prototype"}, "body.trl": {"6"}, "body.patents": {"cn 0000000 a"}})
	save("partner", "next", url.Values{"body.cooperation": {"licence"}, "body.partner_countries": {"KZ"}})
	p := save("classification", "stay", url.Values{"body.fields": {"4.1"}})
	p.has("main", "Crops or animals") // the block comes with the field
	save("classification", "next", url.Values{"body.agro.crops": {"cotton (Gossypium hirsutum)"}, "body.agro.zones": {"arid"}})
	p = save("classification", "stay", nil) // what a browser sends back changes nothing
	if got := catalogue.BodyOf(w.newest(r.ID)); got.Agro == nil || got.TRL != 6 || got.Patents[0] != "CN0000000A" || !slices.Equal(got.PartnerCountries, []string{"KZ"}) {
		t.Errorf("the draft holds %+v", got)
	}
	save("conditions", "next", url.Values{"valid_to": {"2027-01-31"}, "body.budget.to": {"9000"}, "body.budget.currency": {"kzt"}})
	b.get(path+"/edit").want(http.StatusOK).has("main", "Everything needed is there").has("main", "Publish now")
	form := b.get(path + "/edit").form("/do")
	b.follow(path+"/do", form)
	w.as("").get(path).want(http.StatusOK).has("h1", "Drip lines").has("main", "31 January 2027")
}

func TestEditKeepsWhatWasTyped(t *testing.T) {
	w := newWorld(t)
	r := w.drafted("Drip lines")
	path, b := pathOf+r.ID.ULID(), w.as("guo")
	form := b.get(path + "/edit/maturity").form("/edit/maturity")
	form.Set("body.stage", "concept")
	form.Set("body.trl", "9")
	form.Set("texts.stage_comment", "Not yet <b>bold</b>")
	p := b.post(path+"/edit/maturity", form).want(http.StatusUnprocessableEntity)
	p.has(".errors a[href=#f-body-trl]", "from 1 to 3")
	if got := p.value("texts.stage_comment"); got != "Not yet <b>bold</b>" {
		t.Errorf("what was typed became %q", got)
	}
	form = b.get(path + "/edit/basics").form("/edit/basics")
	form.Set("texts.title", strings.Repeat("x", 200))
	b.post(path+"/edit/basics", form).want(http.StatusUnprocessableEntity).has(".errors a[href=#f-texts-title]", "at most 120")
	form.Del("base")
	b.post(path+"/edit/basics", form).want(http.StatusUnprocessableEntity)
}

func TestTwoEditAtOnce(t *testing.T) {
	w := newWorld(t)
	r := w.drafted("Drip lines")
	path := pathOf + r.ID.ULID()
	guo, hua := w.as("guo"), w.as("hua")
	mine, theirs := guo.get(path+"/edit/basics").form("/edit/basics"), hua.get(path+"/edit/basics").form("/edit/basics")
	theirs.Set("texts.title", "Drip lines for cotton")
	hua.follow(path+"/edit/basics", theirs)
	mine.Set("texts.title", "Drip lines for rice")
	p := guo.post(path+"/edit/basics", mine).want(http.StatusConflict)
	p.has(".diff ins", "for cotton")
	if got := p.value("texts.title"); got != "Drip lines for rice" {
		t.Errorf("what was typed became %q", got)
	}
	if got := w.newest(r.ID).Text("en", "title"); got != "Drip lines for cotton" {
		t.Errorf("the conflict changed the title to %q", got)
	}
	guo.follow(path+"/edit/basics", p.form("/edit/basics")) // saving again is a decision
	if got := w.newest(r.ID).Text("en", "title"); got != "Drip lines for rice" {
		t.Errorf("after deciding the title is %q", got)
	}
}

func TestHintsWhileTyping(t *testing.T) {
	w := newWorld(t)
	r := w.drafted("Drip lines")
	path := pathOf + r.ID.ULID() + "/hints/text"
	p := w.as("guo").post(path, url.Values{"texts.description": {"Call +7 495 000 00 00"}}).want(http.StatusOK)
	if strings.Contains(p.Body, "<html") {
		t.Error("the hints come as a whole page")
	}
	p.has("li", "Take contact details out")
	if got := w.newest(r.ID).Rev; got != 1 {
		t.Errorf("asking for hints made revision %d", got)
	}
	w.as("").post(path, url.Values{}).want(http.StatusUnauthorized)
	w.as("aigerim").post(path, url.Values{}).want(http.StatusNotFound)
}

func TestTranslate(t *testing.T) {
	w := newWorld(t)
	r := w.drafted("Drip lines")
	path, b := pathOf+r.ID.ULID()+"/edit/translations", w.as("guo")
	b.get(path).want(http.StatusOK).has("select[name=lang]", "Қазақша").lacks("select[name=lang]", "English ·")
	p := b.get(path + "?lang=kk").want(http.StatusOK)
	p.has("main", "Drip lines")
	form := p.form("/edit/translations")
	form.Set("texts.title", "Тамшылату таспасы")
	form.Set("provenance", "machine")
	b.follow(path, form)
	if got := w.newest(r.ID).Texts["kk"]; got.Provenance != record.Machine || got.Fields["title"] != "Тамшылату таспасы" {
		t.Errorf("the translation is %+v", got)
	}
	form = b.get(path + "?lang=kk").form("/edit/translations")
	form.Set("remove", "yes")
	b.follow(path, form)
	if _, ok := w.newest(r.ID).Texts["kk"]; ok {
		t.Error("the translation is still there")
	}
	form.Del("remove")
	form.Set("base", "3")
	form.Set("lang", "en")
	b.post(path, form).want(http.StatusUnprocessableEntity)
}

func TestPublishedChangesWithANote(t *testing.T) {
	w := newWorld(t)
	r := w.offer("节水灌溉")
	path, b := pathOf+r.ID.ULID(), w.as("guo")
	form := b.get(path + "/edit/basics").form("/edit/basics")
	form.Set("texts.title", "节水灌溉系统")
	b.follow(path+"/edit/basics", form)
	w.as("").get(path).has("h1", "节水灌溉").lacks("h1", "系统")
	b.get(path).want(http.StatusOK).has("main", "waits to be published")
	b.get(path+"?draft=1").has("h1", "节水灌溉系统")
	over := b.get(path+"/edit").want(http.StatusOK).has("main", "What was changed")
	publish := over.form("/do")
	publish.Set("note", "The title is fuller")
	b.follow(path+"/do", publish)
	w.as("").get(path).has("h1", "节水灌溉系统").has(".notes", "The title is fuller")
}

func TestWhatWaitsIsLocked(t *testing.T) {
	w := newWorld(t)
	r := w.drafted("Drip lines")
	w.edit("guo", r.ID, func(r *record.Record) {
		r.Texts["en"].Fields["summary"], r.Texts["en"].Fields["description"] = "s", "d"
		p := r.Body.(*catalogue.Profile)
		p.Stage, p.Cooperation, p.Topics = "concept", []string{"licence"}, []string{"water"}
	})
	w.do("guo", r.ID, "submit", record.Options{})
	path, b := pathOf+r.ID.ULID(), w.as("guo")
	b.get(path+"/edit").want(http.StatusOK).has(".notice--warn", "cannot be changed now")
	b.get(path + "/edit/basics").want(http.StatusSeeOther)
	b.post(path+"/edit/basics", url.Values{"base": {"3"}, "texts.title": {"x"}, "body.type": {"technology-offer"}}).want(http.StatusConflict)
}
