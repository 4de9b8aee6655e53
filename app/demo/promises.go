package demo

import (
	"fmt"
	"time"

	"karvan/commitments"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/meetings"
	"karvan/parties"
	"karvan/record"
)

type seedCommitment struct {
	Key   string `json:"key"`
	Event string `json:"event"`
	Quote struct {
		Readout string   `json:"readout"`
		Lang    lang.Tag `json:"lang"`
		Text    string   `json:"text"`
	} `json:"quote"`
	Obliged struct {
		States []string     `json:"states"`
		Role   string       `json:"role"`
		Body   string       `json:"body"`
		Day    parties.Date `json:"day"`
	} `json:"obliged"`
	Type     string                       `json:"type"`
	Topics   []string                     `json:"topics"`
	Evidence string                       `json:"evidence"`
	Texts    map[string]map[string]string `json:"texts"`
}

// promises makes commitments of what was agreed. They stand as proposed: nobody is
// known to have adopted them, or to have reported on them.
func (m *maker) promises() error {
	var seed []seedCommitment
	if err := read("commitments.json", &seed); err != nil {
		return err
	}
	for _, c := range seed {
		source := m.byID[m.ref("announcement", c.Quote.Readout)]
		event := m.byID[m.ref("event", c.Event)]
		if source == nil || event == nil {
			return fmt.Errorf("commitment %s names a text or an event that is not there", c.Key)
		}
		canonical, err := source.Canonical()
		if err != nil {
			return err
		}
		quote, standing := commitments.Quote{Record: source.ID, Rev: source.Rev, Digest: record.Digest(canonical), Field: "body", Lang: c.Quote.Lang, Text: c.Quote.Text}.
			In(source.Text(c.Quote.Lang, "body"))
		if standing == meetings.Lost {
			return fmt.Errorf("commitment %s: %q is not in %s", c.Key, c.Quote.Text, c.Quote.Readout)
		}
		body := &commitments.Commitment{Type: c.Type, Quote: &quote, Event: event.ID, Topics: c.Topics, Evidence: c.Evidence, Progress: commitments.Proposed,
			Obliged: commitments.Obliged{Parties: m.states(c.Obliged.States), Role: c.Obliged.Role, Body: m.ref("body", c.Obliged.Body), Day: c.Obliged.Day}}
		sco := m.ref("body", "sco")
		at := source.Published.Add(time.Hour)
		m.add(&record.Record{Kind: "commitment", Source: "en", Owner: sco, Party: sco, Texts: versions("en", c.Texts), Body: body}, c.Key, at)
	}
	return nil
}

func (m *maker) states(codes []string) []id.ID {
	var all []id.ID
	for _, code := range codes {
		all = append(all, m.ref("state", code))
	}
	return all
}
