package demo

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"karvan/announcements"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/meetings"
	"karvan/parties"
	"karvan/record"
)

//go:embed parties.json events.json commitments.json catalogue/*.json
var files embed.FS

// maker turns the seed files into records of a node.
type maker struct {
	node string
	now  time.Time
	made []*record.Record
	byID map[id.ID]*record.Record
}

// Records gives the records of the demo world for a node, each before those that
// link to it. now is when the world is made: profiles count their days from it.
func Records(node string, now time.Time) ([]*record.Record, error) {
	m := &maker{node: node, now: now.UTC().Truncate(time.Second), byID: map[id.ID]*record.Record{}}
	for _, step := range []func() error{m.parties, m.events, m.promises, m.profiles} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("demo.Records: %w", err)
		}
	}
	return m.made, nil
}

func read(name string, into any) error {
	data, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	return unmarshal(name, data, into)
}

func unmarshal(name string, data []byte, into any) error {
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// ID gives the id that a seed key of a kind has on a node.
func ID(node, kind, key string) id.ID { return id.Derive(node, kind, key) }

// ref is the id of a seed key, "" for none.
func (m *maker) ref(kind, key string) id.ID {
	if key == "" {
		return ""
	}
	return ID(m.node, kind, key)
}

// party is the state or body that a seed key names: states have two letters.
func (m *maker) party(key string) id.ID {
	if len(key) == 2 && strings.ToUpper(key) == key {
		return m.ref("state", key)
	}
	return m.ref("body", key)
}

// add finishes a record as published at a time.
func (m *maker) add(r *record.Record, key string, at time.Time) {
	r.ID = ID(m.node, r.Kind, key)
	r.Rev, r.State = 1, record.Published
	r.Created, r.Updated, r.Published = at, at, at
	if r.Texts == nil {
		r.Texts = map[string]record.Version{}
	}
	m.made = append(m.made, r)
	m.byID[r.ID] = r
}

// founding is when facts without a date of their own are entered.
func (m *maker) founding() time.Time { return time.Date(2022, 2, 1, 9, 0, 0, 0, time.UTC) }

type seedNames []struct {
	Lang         lang.Tag         `json:"lang"`
	Name         string           `json:"name"`
	Official     string           `json:"official"`
	Abbreviation string           `json:"abbreviation"`
	From         parties.Date     `json:"from"`
	To           parties.Date     `json:"to"`
	Evidence     parties.Evidence `json:"evidence"`
}

func (s seedNames) names() parties.Names {
	var all parties.Names
	for _, n := range s {
		all = append(all, parties.Name{Lang: n.Lang, Name: n.Name, Official: n.Official, Short: n.Abbreviation,
			Period: parties.Period{From: n.From, To: n.To}, Evidence: n.Evidence})
	}
	return all
}

type seedState struct {
	Code      string             `json:"code"`
	ISO3      string             `json:"iso3"`
	M49       int                `json:"m49"`
	Names     seedNames          `json:"names"`
	Languages []parties.Language `json:"languages"`
	Order     int                `json:"order"`
}

type seedStatus struct {
	State    string `json:"state"`
	Category string `json:"category"`
	parties.Period
	Decision   parties.Date      `json:"decision"`
	Memorandum parties.Date      `json:"memorandum"`
	Approval   parties.Date      `json:"approval"`
	Evidence   parties.Evidence  `json:"evidence"`
	Note       map[string]string `json:"note"`
}

type seedBody struct {
	Key        string             `json:"key"`
	Names      seedNames          `json:"names"`
	Parent     string             `json:"parent"`
	Founded    parties.Date       `json:"founded"`
	Languages  []lang.Tag         `json:"official_languages"`
	Categories []parties.Category `json:"categories"`
	Statuses   []seedStatus       `json:"statuses"`
	Chairs     []struct {
		State string `json:"state"`
		parties.Period
		On       []parties.Date   `json:"on"`
		Evidence parties.Evidence `json:"evidence"`
	} `json:"chairs"`
}

type seedParties struct {
	States        []seedState `json:"states"`
	Bodies        []seedBody  `json:"bodies"`
	Organisations []struct {
		Key    string    `json:"key"`
		State  string    `json:"state"`
		Body   string    `json:"body"`
		Parent string    `json:"parent"`
		Type   string    `json:"type"`
		Names  seedNames `json:"names"`
	} `json:"organisations"`
	Posts []struct {
		Key          string    `json:"key"`
		Organisation string    `json:"organisation"`
		Names        seedNames `json:"names"`
	} `json:"posts"`
	Persons []struct {
		Key     string    `json:"key"`
		Names   seedNames `json:"names"`
		Tenures []struct {
			Post string `json:"post"`
			parties.Period
			On       []parties.Date   `json:"on"`
			Evidence parties.Evidence `json:"evidence"`
		} `json:"tenures"`
	} `json:"persons"`
}

func (m *maker) parties() error {
	var seed seedParties
	if err := read("parties.json", &seed); err != nil {
		return err
	}
	sco, at := m.ref("body", "sco"), m.founding()
	for _, s := range seed.States {
		m.add(&record.Record{Kind: "state", Source: "en", Owner: sco, Body: &parties.State{Code: s.Code, ISO3: s.ISO3, M49: s.M49,
			Names: s.Names.names(), Languages: s.Languages, Order: s.Order}}, s.Code, at)
	}
	for _, b := range seed.Bodies {
		body := &parties.Body{Names: b.Names.names(), Parent: m.ref("body", b.Parent), Founded: b.Founded, Languages: b.Languages, Categories: b.Categories}
		for _, s := range b.Statuses {
			body.Statuses = append(body.Statuses, parties.Status{State: m.ref("state", s.State), Category: s.Category, Period: s.Period,
				Decision: s.Decision, Memorandum: s.Memorandum, Approval: s.Approval, Evidence: s.Evidence, Note: s.Note})
		}
		for _, c := range b.Chairs {
			body.Chairs = append(body.Chairs, parties.Chair{State: m.ref("state", c.State), Period: c.Period, On: c.On, Evidence: c.Evidence})
		}
		m.add(&record.Record{Kind: "body", Source: "en", Owner: sco, Party: sco, Body: body}, b.Key, at)
	}
	for _, o := range seed.Organisations {
		kind := o.Type
		if kind == "secretariat" {
			kind = "body-organ"
		}
		r := &record.Record{Kind: "organisation", Source: "en", Party: m.ref("state", o.State),
			Body: &parties.Organisation{Names: o.Names.names(), Type: kind, State: m.ref("state", o.State), Parent: m.ref("organisation", o.Parent)}}
		if r.Party == "" {
			r.Party = m.ref("body", o.Body)
		}
		r.Owner = ID(m.node, "organisation", o.Key)
		m.add(r, o.Key, at)
	}
	for _, p := range seed.Posts {
		m.add(&record.Record{Kind: "post", Source: "en", Owner: sco, Body: &parties.Post{Names: p.Names.names(),
			Organisation: m.ref("organisation", p.Organisation)}}, p.Key, at)
	}
	for _, p := range seed.Persons {
		body := &parties.Person{Names: p.Names.names()}
		for _, t := range p.Tenures {
			body.Tenures = append(body.Tenures, parties.Tenure{Post: m.ref("post", t.Post), Period: t.Period, On: t.On, Evidence: t.Evidence})
		}
		m.add(&record.Record{Kind: "person", Source: "en", Owner: sco, Body: body}, p.Key, at)
	}
	return nil
}

// versions turns a seed's texts into versions. No reader of the language has
// checked the translations of the demo world, so none of them is called a
// person's; whoever checks one may mark it so.
func versions(source lang.Tag, texts map[string]map[string]string) map[string]record.Version {
	all := map[string]record.Version{}
	for tag, fields := range texts {
		v := record.Version{Provenance: record.Machine, Of: 1, Fields: map[string]string{}}
		if lang.Tag(tag) == source {
			v.Provenance = record.Original
		}
		for name, text := range fields {
			if name != "provenance" && strings.TrimSpace(text) != "" {
				v.Fields[name] = strings.TrimSpace(text)
			}
		}
		all[tag] = v
	}
	return all
}

type seedEvent struct {
	Key   string `json:"key"`
	Body  string `json:"body"`
	Chair string `json:"chair"`
	parties.Period
	Place        json.RawMessage              `json:"place"`
	Texts        map[string]map[string]string `json:"texts"`
	Participants []struct {
		Person string `json:"person"`
		Post   string `json:"post"`
		Party  string `json:"party"`
	} `json:"participants"`
	Points []struct {
		Kind   string            `json:"kind"`
		Labels map[string]string `json:"labels"`
		Quotes []struct {
			Readout string   `json:"readout"`
			Lang    lang.Tag `json:"lang"`
			Text    string   `json:"text"`
		} `json:"quotes"`
	} `json:"points"`
	Evidence string `json:"evidence"`
}

type seedItem struct {
	Key        string                       `json:"key"`
	Event      string                       `json:"event"`
	Readout    bool                         `json:"readout"`
	Party      string                       `json:"party"`
	Publisher  string                       `json:"publisher"`
	EventDate  parties.Date                 `json:"event_date"`
	EventEnd   parties.Date                 `json:"event_end"`
	Published  parties.Date                 `json:"published"`
	Source     lang.Tag                     `json:"source"`
	Topics     []string                     `json:"topics"`
	Texts      map[string]map[string]string `json:"texts"`
	Evidence   string                       `json:"evidence"`
	References []string                     `json:"references"`
}

func (m *maker) events() error {
	var seed struct {
		Events        []seedEvent `json:"events"`
		Announcements []seedItem  `json:"announcements"`
	}
	if err := read("events.json", &seed); err != nil {
		return err
	}
	for _, a := range seed.Announcements {
		m.item(a)
	}
	for _, e := range seed.Events {
		if err := m.event(e); err != nil {
			return fmt.Errorf("event %s: %w", e.Key, err)
		}
	}
	return nil
}

func (m *maker) item(a seedItem) {
	r := &record.Record{Kind: "announcement", Source: a.Source, Owner: m.ref("organisation", a.Publisher), Party: m.party(a.Party),
		Texts: versions(a.Source, a.Texts),
		Body: &announcements.Item{EventDate: a.EventDate, EventEnd: a.EventEnd, Readout: a.Readout, Topics: a.Topics, Evidence: a.Evidence,
			Released: a.Published, References: a.References}}
	if r.Party == "" {
		r.Party = m.ref("body", "sco")
	}
	if a.Event != "" {
		r.Links = []record.Link{{Rel: "event", To: string(m.ref("event", a.Event))}}
	}
	m.add(r, a.Key, a.Published.First().Add(9*time.Hour))
}

func (m *maker) event(e seedEvent) error {
	body := &meetings.Event{From: e.From, To: e.To, Body: m.ref("body", e.Body), Chair: m.ref("state", e.Chair), Evidence: e.Evidence}
	if body.To == body.From {
		body.To = ""
	}
	var place struct {
		Names map[string]string `json:"names"`
	}
	if len(e.Place) > 0 && e.Place[0] == '{' {
		if err := json.Unmarshal(e.Place, &place); err != nil {
			return err
		}
		body.Place = place.Names
	}
	for _, p := range e.Participants {
		body.Participants = append(body.Participants, meetings.Participant{Person: m.ref("person", p.Person), Post: m.ref("post", p.Post), Party: m.party(p.Party)})
	}
	for _, p := range e.Points {
		point := meetings.Point{Kind: p.Kind, Labels: p.Labels}
		for _, q := range p.Quotes {
			readout := m.byID[m.ref("announcement", q.Readout)]
			if readout == nil {
				return fmt.Errorf("point quotes %s, which is not there", q.Readout)
			}
			quote, standing := meetings.Anchor(meetings.Quote{Readout: readout.ID, Lang: q.Lang, Rev: 1, Text: q.Text}, readout.Text(q.Lang, "body"))
			if standing == meetings.Lost {
				return fmt.Errorf("%q is not in %s in %s", q.Text, q.Readout, q.Lang)
			}
			point.Quotes = append(point.Quotes, quote)
		}
		body.Points = append(body.Points, point)
	}
	at := e.From.First().Add(33 * time.Hour)
	m.add(&record.Record{Kind: "event", Source: "en", Owner: m.ref("body", "sco"), Party: m.ref("body", "sco"), Texts: versions("en", e.Texts), Body: body}, e.Key, at)
	return nil
}
