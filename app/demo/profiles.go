package demo

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"karvan/catalogue"
	"karvan/internal/lang"
	"karvan/parties"
	"karvan/record"
)

type seedProfile struct {
	Key           string                       `json:"key"`
	Kind          string                       `json:"kind"`
	Type          string                       `json:"type"`
	Owner         string                       `json:"owner"`
	Texts         map[string]map[string]string `json:"texts"`
	Body          json.RawMessage              `json:"body"`
	ConfirmedDays int                          `json:"confirmed_days_ago"`
	PublishedDays int                          `json:"published_days_ago"`
	ValidDays     int                          `json:"valid_days"`
}

type seedCatalogue struct {
	Organisations []struct {
		Key   string            `json:"key"`
		State string            `json:"state"`
		Type  string            `json:"type"`
		Names map[string]string `json:"names"`
	} `json:"organisations"`
	Profiles []seedProfile `json:"profiles"`
}

func (m *maker) profiles() error {
	names, err := fs.Glob(files, "catalogue/*.json")
	if err != nil {
		return err
	}
	for _, name := range names {
		var seed seedCatalogue
		if err := read(name, &seed); err != nil {
			return err
		}
		source := lang.Tag(strings.TrimSuffix(path.Base(name), ".json"))
		states := map[string]string{}
		for _, o := range seed.Organisations {
			states[o.Key] = o.State
			body := &parties.Organisation{Type: o.Type, State: m.ref("state", o.State)}
			for _, t := range lang.Content {
				if n := o.Names[string(t)]; n != "" {
					body.Names = append(body.Names, parties.Name{Lang: t, Name: n})
				}
			}
			r := &record.Record{Kind: "organisation", Source: source, Party: m.ref("state", o.State), Body: body, Sample: true}
			r.Owner = ID(m.node, "organisation", o.Key)
			m.add(r, o.Key, m.now.AddDate(0, -14, 0))
		}
		for _, p := range seed.Profiles {
			if err := m.profile(source, p, states[p.Owner]); err != nil {
				return fmt.Errorf("%s: %s: %w", name, p.Key, err)
			}
		}
	}
	return nil
}

func (m *maker) profile(source lang.Tag, p seedProfile, state string) error {
	if state == "" {
		return fmt.Errorf("owner %q is not in the file", p.Owner)
	}
	body := &catalogue.Profile{}
	if len(p.Body) > 0 {
		if err := json.Unmarshal(p.Body, body); err != nil {
			return err
		}
	}
	body.Type = p.Type
	day := 24 * time.Hour
	// Spread over the day by key, so that lists by time have a stable order that
	// does not follow the language.
	published := m.now.Add(-time.Duration(p.PublishedDays)*day - time.Duration(len(m.made)%97)*7*time.Minute)
	r := &record.Record{Kind: p.Kind, Source: source, Owner: m.ref("organisation", p.Owner), Party: m.ref("state", state),
		Texts: versions(source, p.Texts), Body: body, Sample: true}
	m.add(r, p.Key, published)
	if p.ConfirmedDays < p.PublishedDays {
		r.Confirmed = m.now.Add(-time.Duration(p.ConfirmedDays) * day)
	} else {
		r.Confirmed = published
	}
	valid := p.ValidDays
	if valid == 0 {
		valid = 365
	}
	r.ValidTo = published.Add(time.Duration(valid) * day).Truncate(day)
	return nil
}
