package catalogue_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"karvan/catalogue"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/record"
)

const node = "n.example"

var (
	book  = record.NewBook(node, catalogue.Kinds()...)
	start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
)

// profile makes a record of kind that has all it needs to be published.
func profile(kind string, change ...func(*record.Record, *catalogue.Profile)) *record.Record {
	p := &catalogue.Profile{Type: "technology-offer", Stage: "field-tested", TRL: 7, Cooperation: []string{"licence"}, Fields: []string{"4.1"}}
	if kind == "need" {
		p = &catalogue.Profile{Type: "technology-request", Cooperation: []string{"licence"}, Topics: []string{"water"}}
	}
	r := &record.Record{ID: id.New(node, kind, start), Kind: kind, Rev: 1, Source: "en", Body: p, State: record.Draft,
		Texts: map[string]record.Version{"en": {Provenance: record.Original, Fields: map[string]string{"title": "A title", "summary": "A summary", "description": "A description"}}}}
	for _, f := range change {
		f(r, p)
	}
	return r
}

// places lists the fields at fault in err.
func places(err error) []string {
	if err == nil {
		return nil
	}
	var all []string
	for _, f := range fault.Of(err).All() {
		if f.Code != fault.Invalid {
			return []string{f.Error()}
		}
		all = append(all, f.Field+" "+f.Key)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func body(f func(*catalogue.Profile)) func(*record.Record, *catalogue.Profile) {
	return func(_ *record.Record, p *catalogue.Profile) { f(p) }
}

func TestValidate(t *testing.T) {
	long := strings.Repeat("я", 301)
	many := make([]string, 61)
	for i := range many {
		many[i] = "A01B 1/00"
	}
	for _, c := range []struct {
		name   string
		kind   string
		change func(*record.Record, *catalogue.Profile)
		draft  []string // what is wrong already in a draft
		more   []string // what is missing besides, to publish
	}{
		{"an offer that has all", "offer", body(func(*catalogue.Profile) {}), nil, nil},
		{"a need that has all", "need", body(func(*catalogue.Profile) {}), nil, nil},
		{"nothing chosen", "offer", body(func(p *catalogue.Profile) { *p = catalogue.Profile{} }), nil,
			[]string{"body.cooperation text.missing", "body.fields profile.needs-a-field", "body.type text.missing"}},
		{"a topic instead of a field of science", "offer", body(func(p *catalogue.Profile) { p.Fields, p.Topics = nil, []string{"soil"} }), nil, nil},
		{"a technology without a stage", "offer", body(func(p *catalogue.Profile) { p.Stage, p.TRL = "", 0 }), nil, []string{"body.stage text.missing"}},
		{"expertise has no stage", "offer", body(func(p *catalogue.Profile) { p.Type, p.Stage, p.TRL = "expertise-offer", "", 0 }), nil, nil},
		{"a need of the type of an offer", "need", body(func(p *catalogue.Profile) { p.Type = "technology-offer" }), []string{"body.type code.unknown"}, nil},
		{"an offer of the type of a need", "offer", body(func(p *catalogue.Profile) { p.Type = "research-request" }), []string{"body.type code.unknown"}, nil},
		{"codes nobody knows", "offer", body(func(p *catalogue.Profile) {
			p.Stage, p.TRL, p.Cooperation, p.IPR, p.Fields, p.Topics = "ready", 0, []string{"friendship"}, []string{"=1+1"}, []string{"4.9"}, []string{"magic"}
		}), []string{"body.cooperation code.unknown", "body.fields code.unknown", "body.ipr code.unknown", "body.stage code.unknown", "body.topics code.unknown"}, nil},
		{"more codes than the list has", "offer", body(func(p *catalogue.Profile) { p.Cooperation = slices.Repeat([]string{"licence"}, 100) }), []string{"body.cooperation record.too-many"}, nil},
		{"a level that is none", "offer", body(func(p *catalogue.Profile) { p.TRL = -1 }), []string{"body.trl number.out-of-range"}, nil},
		{"a level that does not fit the stage", "offer", body(func(p *catalogue.Profile) { p.TRL = 3 }), []string{"body.trl profile.trl-not-stage"}, nil},
		{"goals beyond the last", "offer", body(func(p *catalogue.Profile) { p.SDG = []int{0, 18} }), []string{"body.sdg number.out-of-range"}, nil},
		{"a budget that ends before it begins", "need", body(func(p *catalogue.Profile) { p.Budget = &catalogue.Budget{From: 10, To: 5, Currency: "CNY"} }), []string{"body.budget.to number.order"}, nil},
		{"a budget below nothing", "need", body(func(p *catalogue.Profile) { p.Budget = &catalogue.Budget{From: -10, Currency: "CNY"} }), []string{"body.budget.to number.order"}, nil},
		{"a currency in words", "need", body(func(p *catalogue.Profile) { p.Budget = &catalogue.Budget{To: 5, Currency: "yuan"} }), []string{"body.budget.currency profile.bad-currency"}, nil},
		{"a day that does not exist", "need", body(func(p *catalogue.Profile) { p.Deadline = "2026-02-30" }), []string{"body.deadline date.invalid"}, nil},
		{"a deadline known to the month", "need", body(func(p *catalogue.Profile) { p.Deadline = "2026-06" }), nil, nil},
		{"countries that are none", "offer", body(func(p *catalogue.Profile) { p.PartnerCountries, p.Territories = []string{"kz"}, []string{"KAZ"} }),
			[]string{"body.partner_countries state.bad-code", "body.territories state.bad-code"}, nil},
		{"numbers of patents and classes", "offer", body(func(p *catalogue.Profile) {
			p.Patents, p.IPC, p.Industry = []string{"patent 7"}, []string{"Z99"}, []string{"farming"}
		}), []string{"body.industry profile.bad-industry", "body.ipc profile.bad-ipc", "body.patents profile.bad-patent"}, nil},
		{"a list that has no end", "offer", body(func(p *catalogue.Profile) { p.IPC = many }), []string{"body.ipc record.too-many"}, nil},
		{"an agricultural block", "offer", body(func(p *catalogue.Profile) {
			p.Agro = &catalogue.Agro{Crops: []string{long}, Zones: []string{"moon"}, FarmersReached: -1, InputCost: "a\u202eb"}
		}), []string{"body.agro.crops text.too-long", "body.agro.farmers_reached number.out-of-range", "body.agro.input_cost text.forbidden-characters", "body.agro.zones code.unknown"}, nil},
		{"a formula is only text", "offer", body(func(p *catalogue.Profile) { p.Agro = &catalogue.Agro{Crops: []string{"=cmd|' /C calc'!A0"}} }), nil, nil},
		{"a project of twenty-one years", "need", body(func(p *catalogue.Profile) { p.Research = &catalogue.Research{Months: 252, Call: long} }),
			[]string{"body.research.call text.too-long", "body.research.months number.out-of-range"}, nil},
		{"a title over the bound", "offer", func(r *record.Record, _ *catalogue.Profile) {
			r.Texts["en"].Fields["title"] = strings.Repeat("字", 121)
		}, []string{"texts.en.title text.too-long"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := profile(c.kind, c.change)
			if got := places(book.Validate(r, true)); !slices.Equal(got, c.draft) {
				t.Errorf("a draft is wrong at %q, want %q", got, c.draft)
			}
			want := slices.Sorted(slices.Values(slices.Concat(c.draft, c.more)))
			if got := places(book.Validate(r, false)); !slices.Equal(got, want) {
				t.Errorf("to be published it is wrong at %q, want %q", got, want)
			}
		})
	}
}

// Every fault of a whole record leads to a section that its form has.
func TestSectionOf(t *testing.T) {
	for _, c := range []struct{ kind, field, want string }{
		{"offer", "texts.en.title", "basics"}, {"offer", "texts.title", "basics"}, {"offer", "texts.zh.title", "translations"},
		{"offer", "texts.en.baseline", "evidence"}, {"need", "texts.en.baseline", "text"}, {"need", "texts.method", "elements"},
		{"offer", "body.stage", "maturity"}, {"offer", "body.cooperation", "partner"}, {"offer", "body.agro.crops", "classification"},
		{"need", "body.budget.currency", "conditions"}, {"need", "body.patents", "conditions"}, {"need", "valid_to", "conditions"}, {"offer", "files.name", "files"},
	} {
		if got := catalogue.SectionOf(c.kind, "en", c.field); got != c.want {
			t.Errorf("%s of %s is in %s, want %s", c.field, c.kind, got, c.want)
		}
	}
}

// The form asks for every text that a kind has, each once.
func TestSectionsAskForEveryText(t *testing.T) {
	for _, kind := range catalogue.Kinds() {
		var asked, have []string
		for _, s := range catalogue.Sections(kind.Name) {
			asked = append(asked, s.Texts...)
		}
		for _, text := range kind.Texts {
			have = append(have, text.Name)
		}
		slices.Sort(asked)
		slices.Sort(have)
		if !slices.Equal(asked, have) {
			t.Errorf("%s: the form asks for %v, the kind has %v", kind.Name, asked, have)
		}
	}
}

func TestKindOf(t *testing.T) {
	for profileType, want := range map[string]string{"technology-offer": "offer", "funding-offer": "offer", "research-request": "need", "": "", "offer": ""} {
		if got := catalogue.KindOf(profileType); got != want {
			t.Errorf("%q makes %q, want %q", profileType, got, want)
		}
	}
}

func TestHints(t *testing.T) {
	full := map[string]string{"advantages": strings.Repeat("a", 500), "baseline": "b", "economics": "e", "validation": "v", "description": strings.Repeat("d", 1000), "summary": strings.Repeat("s", 100)}
	in := func(tag lang.Tag, fields map[string]string) func(*record.Record, *catalogue.Profile) {
		return func(r *record.Record, p *catalogue.Profile) {
			r.Source = tag
			r.Texts = map[string]record.Version{string(tag): {Provenance: record.Original, Fields: fields}}
			p.PartnerTypes, p.Fields = []string{"university"}, []string{"4.1"}
		}
	}
	with := func(name, text string) map[string]string {
		c := map[string]string{}
		for k, v := range full {
			c[k] = v
		}
		c[name] = text
		return c
	}
	for _, c := range []struct {
		name   string
		kind   string
		change func(*record.Record, *catalogue.Profile)
		want   []string
	}{
		{"nothing to say of a full offer", "offer", in("en", full), nil},
		{"no comparison", "offer", in("en", with("baseline", "")), []string{"texts.baseline hint.no-baseline"}},
		{"no economics", "offer", in("ru", with("economics", "")), []string{"texts.economics hint.no-economics"}},
		{"four hundred Chinese characters are a description", "offer", in("zh", with("description", strings.Repeat("水", 400))), nil},
		{"three hundred are not", "offer", in("zh", with("description", strings.Repeat("水", 300))), []string{"texts.description hint.too-short"}},
		{"traditional characters count alike", "offer", in("zh-Hant", with("description", strings.Repeat("農", 400))), nil},
		{"four hundred Cyrillic letters are too few", "offer", in("kk", with("description", strings.Repeat("қ", 400))), []string{"texts.description hint.too-short"}},
		{"Devanagari counts its marks", "offer", in("hi", with("description", strings.Repeat("की", 500))), nil},
		{"Persian with its joiners", "offer", in("fa", with("description", strings.Repeat("می‌ر", 334))), nil},
		{"blanks and dots are no words", "offer", in("en", with("description", strings.Repeat(". ", 900)+"x")), []string{"texts.description hint.too-short"}},
		{"an address of mail", "offer", in("en", with("economics", "write to a.b@sample.example")), []string{"texts.economics hint.contact-data"}},
		{"a number to call", "offer", in("ru", with("economics", "тел. (3952) 12-34-56")), []string{"texts.economics hint.contact-data"}},
		{"a number in Persian digits", "offer", in("fa", with("economics", "تلفن +۹۸ ۲۱ ۱۲۳۴۵۶۷۸")), []string{"texts.economics hint.contact-data"}},
		{"a page beside Chinese", "offer", in("zh", with("economics", "请看https://sample.example/a")), []string{"texts.economics hint.contact-data"}},
		{"a year in brackets is no number to call", "offer", in("en", with("economics", "in one season (2019) 1200 kg/ha")), nil},
		{"a need without elements", "need", in("en", with("method", "by membrane")), []string{"texts.material hint.few-elements", "texts.problem hint.no-problem"}},
		{"a need taken apart", "need", in("en", map[string]string{"problem": "salt", "material": "water", "effect": "less salt", "application": "villages", "summary": full["summary"], "description": full["description"]}), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := profile(c.kind, c.change)
			var got []string
			for _, h := range catalogue.Hints(r) {
				got = append(got, h.Field+" "+h.Key)
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if !slices.Equal(got, c.want) {
				t.Errorf("hints %q, want %q", got, c.want)
			}
		})
	}
	if got := catalogue.Hints(&record.Record{}); got != nil {
		t.Errorf("hints about what is no profile: %v", got)
	}
}

func TestFeatures(t *testing.T) {
	r := profile("offer", func(r *record.Record, p *catalogue.Profile) {
		p.SDG, p.Topics, p.IPC, p.Deadline, p.PartnerTypes = []int{2, 6}, []string{"water"}, []string{"A01G 25/00"}, "2026-06", []string{"university"}
		p.Agro = &catalogue.Agro{Crops: []string{"wheat (Triticum aestivum)"}, Zones: []string{"arid"}}
		r.Party = id.Derive(node, "state", "KZ")
		r.Published, r.Confirmed = start, start.Add(time.Hour)
	})
	f := book.FeaturesOf(r, func(id.ID) string { return "KZ" })
	for attr, want := range map[string][]string{"type": {"technology-offer"}, "stage": {"field-tested"}, "field": {"4.1"}, "topic": {"water"}, "sdg": {"2", "6"},
		"zone": {"arid"}, "state": {"KZ"}, "partner": {"university"}, "cooperation": {"licence"}, "lang": {"en"}} {
		if got := f.Values[attr]; !slices.Equal(got, want) {
			t.Errorf("%s is %v, want %v", attr, got, want)
		}
	}
	for attr, want := range map[string]int64{"trl": 7, "deadline": time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC).UnixMicro(), "confirmed": start.Add(time.Hour).UnixMicro()} {
		if got := f.Numbers[attr]; got != want {
			t.Errorf("%s is %d, want %d", attr, got, want)
		}
	}
	var said []string
	for _, w := range f.Words {
		said = append(said, w.Field+" "+w.Text)
	}
	for _, want := range []string{"title A title", "code A01G 25/00", "text wheat (Triticum aestivum)"} {
		if !slices.Contains(said, want) {
			t.Errorf("%q is not indexed among %q", want, said)
		}
	}
}

func TestFresh(t *testing.T) {
	at := func(published, confirmed time.Duration) *record.Record {
		r := profile("offer")
		if published > 0 {
			r.Published = start.Add(-published)
		}
		if confirmed > 0 {
			r.Confirmed = start.Add(-confirmed)
		}
		return r
	}
	const day = 24 * time.Hour
	for _, c := range []struct {
		name string
		r    *record.Record
		want bool
	}{
		{"never said", at(0, 0), false},
		{"published lately", at(day, 0), true},
		{"published long ago", at(200*day, 0), false},
		{"published long ago and confirmed lately", at(200*day, day), true},
		{"confirmed exactly when it grows stale", at(200*day, catalogue.ConfirmEvery), false},
	} {
		if got := catalogue.Fresh(c.r, start); got != c.want {
			t.Errorf("%s: fresh is %v", c.name, got)
		}
	}
}

func TestAgricultural(t *testing.T) {
	for _, c := range []struct {
		name string
		p    catalogue.Profile
		want bool
	}{
		{"nothing said", catalogue.Profile{}, false},
		{"a field of agriculture", catalogue.Profile{Fields: []string{"1.2", "4.3"}}, true},
		{"the topic", catalogue.Profile{Topics: []string{"modern-agriculture"}}, true},
		{"filled in already", catalogue.Profile{Agro: &catalogue.Agro{}}, true},
		{"engineering", catalogue.Profile{Fields: []string{"2.4"}, Topics: []string{"water"}}, false},
	} {
		if got := c.p.Agricultural(); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// The stages cover the levels of readiness without gaps.
func TestEveryStageHasItsLevels(t *testing.T) {
	next := 1
	for _, s := range catalogue.Stages {
		from, to := catalogue.TRL(s)
		if from != next || to < from {
			t.Errorf("%s spans %d to %d, want it to begin at %d", s, from, to, next)
		}
		next = to + 1
	}
	if next != 10 {
		t.Errorf("the stages end at level %d", next-1)
	}
}

// Whatever JSON a peer sends, a profile is refused or can be indexed and hinted
// at without harm.
func FuzzProfile(f *testing.F) {
	f.Add(`{"type":"technology-offer","stage":"prototype","trl":6,"agro":{"crops":["rice"]}}`)
	f.Add(`{"type":"research-request","research":{"months":36},"budget":{"from":1,"to":2,"currency":"KZT"},"deadline":"2026-06"}`)
	f.Add(`{"sdg":[1,99],"ipc":["A01G 25/00"],"patents":["CN1"],"deadline":"0000-13"}`)
	f.Fuzz(func(t *testing.T, bodyJSON string) {
		if len(bodyJSON) > 1<<14 {
			return
		}
		for _, kind := range []string{"offer", "need"} {
			doc := `{"id":"` + string(id.Derive(node, kind, "x")) + `","kind":"` + kind + `","rev":1,"source":"en","texts":{"en":{"provenance":"original","fields":{"title":"t"}}},"body":` + bodyJSON + `}`
			r, err := book.Decode([]byte(doc))
			if err != nil {
				continue
			}
			catalogue.Hints(r)
			if book.Validate(r, true) != nil {
				continue
			}
			p := catalogue.BodyOf(r)
			if f := book.FeaturesOf(r, func(id.ID) string { return "" }); len(f.Values["sdg"]) != len(p.SDG) {
				t.Errorf("the index has the goals %v of %v", f.Values["sdg"], p.SDG)
			}
			if p.TRL < 0 || p.TRL > 9 || len(p.SDG) > 60 || len(p.IPC) > 60 {
				t.Errorf("accepted %s", bodyJSON)
			}
		}
	})
}

func TestTextsOfAnotherLanguageAreDoubted(t *testing.T) {
	const kazakh = "Біз құрғақшылыққа төзімді жаздық бидайдың жаңа сорттарын ұсынамыз, олар тұзды топырақта да жақсы өнім береді және ауруларға төзімді. Тұқым шаруашылығын ұйымдастыруға көмектесеміз."
	for _, c := range []struct {
		name   string
		source lang.Tag
		want   bool
	}{{"the language it is in", "kk", false}, {"another one", "ru", true}} {
		t.Run(c.name, func(t *testing.T) {
			r := &record.Record{Kind: "offer", Source: c.source, Body: &catalogue.Profile{},
				Texts: map[string]record.Version{string(c.source): {Provenance: record.Original, Fields: map[string]string{"title": "Бидай", "description": kazakh}}}}
			got := slices.ContainsFunc(catalogue.Hints(r), func(h catalogue.Hint) bool { return h.Key == "hint.other-language" })
			if got != c.want {
				t.Errorf("doubted: %v", got)
			}
		})
	}
}
