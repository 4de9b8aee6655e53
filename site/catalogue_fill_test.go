package site

import (
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"karvan/catalogue"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/web"
	"karvan/record"
)

var (
	fillBook  = record.NewBook("n.example", catalogue.Kinds()...)
	fillStart = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
)

func fillRecord(kind string) *record.Record {
	p := &catalogue.Profile{Type: "technology-offer", PartnerSizes: []string{"large"}}
	if kind == "need" {
		p.Type = "research-request"
	}
	return &record.Record{ID: id.Derive("n.example", kind, "x"), Kind: kind, Rev: 1, Source: "en", Body: p,
		Texts: map[string]record.Version{"en": {Provenance: record.Original, Fields: map[string]string{"title": "Old"}}}}
}

// fill sends values as a browser does and gives what came of it.
func fill(t testing.TB, r *record.Record, section string, v url.Values) error {
	t.Helper()
	req := httptest.NewRequest("POST", "/", strings.NewReader(v.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	f, err := web.ParseForm(req, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if section == "translations" {
		fillTranslation(f, r, fillBook.Kind(r.Kind).Texts)
	} else {
		fillProfile(f, r, section, fillStart)
	}
	r.Clean()
	f.Merge(fillBook.Validate(r, true))
	return f.Err()
}

func TestFillProfile(t *testing.T) {
	for _, c := range []struct {
		name    string
		kind    string
		section string
		sent    url.Values
		want    func(*record.Record, *catalogue.Profile) any
		is      any
	}{
		{"a title on one line", "offer", "basics", url.Values{"texts.title": {" Dry\nseeds\x00 "}, "body.type": {"practice-offer"}},
			func(r *record.Record, p *catalogue.Profile) any { return []string{r.Text("en", "title"), p.Type} }, []string{"Dry seeds", "practice-offer"}},
		{"a text keeps its lines and loses what deceives", "offer", "text", url.Values{"texts.description": {"one\r\ntwo \u202ethree"}},
			func(r *record.Record, _ *catalogue.Profile) any { return r.Text("en", "description") }, "one\ntwo three"},
		{"a formula is only text", "offer", "text", url.Values{"texts.advantages": {"=HYPERLINK(\"x\")"}},
			func(r *record.Record, _ *catalogue.Profile) any { return r.Text("en", "advantages") }, "=HYPERLINK(\"x\")"},
		{"what another section asks for stays", "offer", "text", url.Values{"texts.title": {"New"}, "body.type": {"funding-offer"}},
			func(r *record.Record, p *catalogue.Profile) any { return []string{r.Text("en", "title"), p.Type} }, []string{"Old", "technology-offer"}},
		{"patents as offices print them", "offer", "maturity", url.Values{"body.patents": {"cn 101.234-567 a\n\nRU2000000C1; EP0000001"}},
			func(_ *record.Record, p *catalogue.Profile) any { return p.Patents }, []string{"CN101234567A", "RU2000000C1", "EP0000001"}},
		{"a level in Persian digits", "offer", "maturity", url.Values{"body.trl": {"۷"}, "body.stage": {"field-tested"}},
			func(_ *record.Record, p *catalogue.Profile) any { return p.TRL }, 7},
		{"boxes ticked twice count once", "offer", "partner", url.Values{"body.cooperation": {"licence", "licence", "training", ""}, "body.training": {"yes"}},
			func(_ *record.Record, p *catalogue.Profile) any { return p.Cooperation }, []string{"licence", "training"}},
		{"sizes that nobody asked about stay", "offer", "partner", url.Values{}, func(_ *record.Record, p *catalogue.Profile) any { return p.PartnerSizes }, []string{"large"}},
		{"patent classes", "offer", "classification", url.Values{"body.ipc": {"a01g25/00\nC02F 1 / 44\nH01L"}},
			func(_ *record.Record, p *catalogue.Profile) any { return p.IPC }, []string{"A01G 25/00", "C02F 1/44", "H01L"}},
		{"a block that was not shown is not emptied", "offer", "classification", url.Values{"body.agro.crops": {"rice"}},
			func(_ *record.Record, p *catalogue.Profile) any { return p.Agro == nil }, true},
		{"a block that was shown", "offer", "classification", url.Values{"has.agro": {"yes"}, "body.agro.crops": {"rice (Oryza sativa)\nwheat"}, "body.agro.farmers_reached": {"1 200"}},
			func(_ *record.Record, p *catalogue.Profile) any { return *p.Agro }, catalogue.Agro{Crops: []string{"rice (Oryza sativa)", "wheat"}, FarmersReached: 1200}},
		{"a block that was shown and left empty", "offer", "classification", url.Values{"has.agro": {"yes"}}, func(_ *record.Record, p *catalogue.Profile) any { return p.Agro == nil }, true},
		{"a budget", "need", "conditions", url.Values{"body.budget.from": {"५००"}, "body.budget.to": {"1000"}, "body.budget.currency": {"inr"}},
			func(_ *record.Record, p *catalogue.Profile) any { return *p.Budget }, catalogue.Budget{From: 500, To: 1000, Currency: "INR"}},
		{"a currency alone is no budget", "need", "conditions", url.Values{"body.budget.currency": {"INR"}}, func(_ *record.Record, p *catalogue.Profile) any { return p.Budget == nil }, true},
		{"a year when no end is given", "need", "conditions", url.Values{}, func(r *record.Record, _ *catalogue.Profile) any { return r.ValidTo.Format(time.DateTime) }, "2027-03-02 23:59:59"},
		{"the last day counts as a whole", "need", "conditions", url.Values{"valid_to": {"2026-05-01"}}, func(r *record.Record, _ *catalogue.Profile) any { return r.ValidTo.Format(time.DateTime) }, "2026-05-01 23:59:59"},
		{"a research call", "need", "conditions", url.Values{"has.research": {"yes"}, "body.research.months": {"36"}, "body.research.consortium": {"KZ", "CN"}},
			func(_ *record.Record, p *catalogue.Profile) any { return *p.Research }, catalogue.Research{Months: 36, Consortium: "KZ CN"}},
		{"a translation by a machine", "offer", "translations", url.Values{"lang": {"ru"}, "provenance": {"machine"}, "texts.title": {"Семена"}},
			func(r *record.Record, _ *catalogue.Profile) any { return r.Texts["ru"] }, record.Version{Provenance: record.Machine, Fields: map[string]string{"title": "Семена"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := fillRecord(c.kind)
			if err := fill(t, r, c.section, c.sent); err != nil {
				t.Fatal(err)
			}
			if got := c.want(r, catalogue.BodyOf(r)); !reflect.DeepEqual(got, c.is) {
				t.Errorf("%v, want %v", got, c.is)
			}
		})
	}
}

func TestFillRefuses(t *testing.T) {
	huge := make([]string, 5000)
	for i := range huge {
		huge[i] = "X" + strconv.Itoa(i)
	}
	for _, c := range []struct {
		name    string
		kind    string
		section string
		sent    url.Values
		field   string
	}{
		{"a stage that is none", "offer", "maturity", url.Values{"body.stage": {"ready"}}, "body.stage"},
		{"a level that is no number", "offer", "maturity", url.Values{"body.trl": {"seven"}}, "body.trl"},
		{"a level below all", "offer", "maturity", url.Values{"body.trl": {"-3"}}, "body.trl"},
		{"a level beyond any number", "offer", "maturity", url.Values{"body.trl": {"99999999999999999999"}}, "body.trl"},
		{"the type of the other kind", "offer", "basics", url.Values{"body.type": {"research-request"}, "texts.title": {"x"}}, "body.type"},
		{"a list without end", "offer", "partner", url.Values{"body.cooperation": huge}, "body.cooperation"},
		{"lines without end", "offer", "classification", url.Values{"body.concepts": {strings.Join(huge, "\n")}}, "body.concepts"},
		{"a goal in words", "offer", "classification", url.Values{"body.sdg": {"hunger"}}, "body.sdg"},
		{"a goal beyond the last", "offer", "classification", url.Values{"body.sdg": {"18"}}, "body.sdg"},
		{"a country in words", "offer", "partner", url.Values{"body.partner_countries": {"<b>KZ"}}, "body.partner_countries"},
		{"money owed", "need", "conditions", url.Values{"body.budget.to": {"-5"}, "body.budget.currency": {"CNY"}}, "body.budget.to"},
		{"a day that does not exist", "need", "conditions", url.Values{"valid_to": {"2026-02-30"}}, "valid_to"},
		{"a deadline that does not exist", "need", "conditions", url.Values{"body.deadline": {"soon"}}, "body.deadline"},
		{"fewer farmers than none", "offer", "classification", url.Values{"has.agro": {"yes"}, "body.agro.farmers_reached": {"-1"}}, "body.agro.farmers_reached"},
		{"a translation into its own language", "offer", "translations", url.Values{"lang": {"en"}, "texts.title": {"x"}}, "lang"},
		{"a translation into no language", "offer", "translations", url.Values{"texts.title": {"x"}}, "lang"},
		{"a translation that says nothing", "offer", "translations", url.Values{"lang": {"zh"}}, "texts.title"},
		{"a translation that claims to be the original", "offer", "translations", url.Values{"lang": {"zh"}, "provenance": {"original"}, "texts.title": {"x"}}, "provenance"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := fill(t, fillRecord(c.kind), c.section, c.sent)
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("got %v, want it refused", err)
			}
			if !slices.ContainsFunc(fault.Of(err).All(), func(f *fault.Fault) bool { return f.Field == c.field }) {
				t.Errorf("%v names no field %s", err, c.field)
			}
		})
	}
}

// Whatever a form says, a section takes no more than it asks for, and what is
// accepted is canonical.
func FuzzFillProfile(f *testing.F) {
	f.Add("classification", "body.ipc=a01g25/00&has.agro=yes&body.agro.crops=rice%0Awheat&body.sdg=2")
	f.Add("conditions", "body.budget.from=-1&body.deadline=2026-13&valid_to=2026-05-01&has.research=yes")
	f.Add("partner", "body.cooperation=licence&body.cooperation=%00&body.partner_countries=KZ")
	f.Add("translations", "lang=uz-Cyrl&texts.title=%E2%80%AEx")
	f.Fuzz(func(t *testing.T, section, query string) {
		v, err := url.ParseQuery(query)
		if err != nil || len(query) > 1<<12 {
			return
		}
		for _, kind := range profileKinds {
			r := fillRecord(kind)
			if fill(t, r, section, v) != nil {
				continue
			}
			p := catalogue.BodyOf(r)
			if len(p.PartnerSizes) != 1 || r.Kind != kind || r.Source != "en" {
				t.Errorf("%s changed what it does not ask for", section)
			}
			if _, err := r.Canonical(); err != nil {
				t.Errorf("what was accepted cannot be stored: %v", err)
			}
			for _, list := range [][]string{p.Cooperation, p.IPC, p.Patents, p.Concepts, p.PartnerCountries} {
				if len(list) > fillMost {
					t.Errorf("%d values were accepted", len(list))
				}
			}
		}
	})
}
