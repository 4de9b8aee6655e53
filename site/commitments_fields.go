package site

import (
	"context"
	"net/url"
	"slices"

	"karvan/catalogue"
	"karvan/commitments"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/lexicon"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/record"
)

// commitmentFields are the questions of the form.
func (s *Site) commitmentFields(ctx context.Context, tx *db.Tx, p *lang.Printer, m promiser, v url.Values, in lang.Tag) ([]web.Field, error) {
	options := map[string][]web.Option{}
	for _, kind := range []string{"state", "body", "event"} {
		records, err := s.every(ctx, tx, p.Tag(), kind, nil)
		if err != nil {
			return nil, err
		}
		options[kind] = s.optionsOf(p, records, func(r *record.Record) id.ID { return r.ID })
	}
	repeats, err := s.repeatOptions(ctx, tx, p, m, v)
	if err != nil {
		return nil, err
	}
	quoteLangs := langOptions(p, in)
	if m.source != nil {
		quoteLangs = nil
		for _, t := range m.source.Languages() {
			quoteLangs = append(quoteLangs, web.Option{Value: string(t), Text: p.Name(t)})
		}
	}
	states := options["state"][1:]
	for _, chosen := range v["body.obliged.parties"] {
		states = keeping(states, chosen)
	}
	choose := []web.Option{{Value: "", Label: "event.nothing-chosen"}}
	source := lang.Tag(v.Get("source"))
	fields := []web.Field{
		{Name: "quote", Type: "textarea", Label: "commitment.field.quote", Hint: "commitment.hint.quote", Rows: 4, Max: 2000, Lang: in, Required: true},
		{Name: "lang", Type: "select", Label: "commitment.field.lang", Required: true, Options: quoteLangs},
		{Name: "body.type", Type: "select", Label: "facet.type", Required: true, Options: slices.Concat(choose, codeOptions("promise", commitments.Types))},
		{Name: "body.obliged.parties", Type: "checkboxes", Label: "commitment.field.parties", Hint: "commitment.hint.parties", Options: states},
		{Name: "body.obliged.role", Type: "select", Label: "commitment.field.role", Hint: "commitment.hint.role", Options: slices.Concat(choose, codeOptions("obliged", commitments.Roles))},
		{Name: "body.obliged.body", Type: "select", Label: "commitment.field.body", Options: keeping(options["body"], v.Get("body.obliged.body"))},
		{Name: "body.obliged.day", Label: "commitment.field.day", Hint: "commitment.hint.day", Max: 10},
		{Name: "body.due", Label: "commitment.field.due", Hint: "commitment.hint.due", Max: 10},
		{Name: "body.event", Type: "select", Label: "facet.event", Options: keeping(options["event"], v.Get("body.event"))},
		{Name: "body.topics", Type: "checkboxes", Label: "body.label.topics", Options: codeOptions("topic", lexicon.Topics)},
		{Name: "body.fields", Type: "checkboxes", Label: "body.label.fields", Options: codeOptions("ford", catalogue.Fields)},
		{Name: "body.repeats", Type: "checkboxes", Label: "commitment.field.repeats", Hint: "commitment.hint.repeats", Options: repeats},
		evidenceField("body.evidence"),
		{Name: "source", Type: "select", Label: "record.label.source", Required: true, Options: langOptions(p, source)},
	}
	for i, t := range langsOf(v) {
		at := "texts." + string(t) + "."
		fields = append(fields,
			web.Field{Name: at + "title", Label: "text.label.title", Hint: "commitment.hint.title", Max: 200, Lang: t, Required: i == 0},
			web.Field{Name: at + "note", Type: "textarea", Label: "text.label.note", Max: 3000, Rows: 3, Lang: t})
	}
	return append(fields, noteFields()...), nil
}

// codeOptions offers the codes of a list.
func codeOptions(list string, codes []string) []web.Option {
	out := make([]web.Option, len(codes))
	for i, c := range codes {
		out[i] = web.Option{Value: c, Label: "code." + list + "." + c}
	}
	return out
}

// repeatOptions offers the earlier texts that are chosen, and the newest
// commitments that might be.
func (s *Site) repeatOptions(ctx context.Context, tx *db.Tx, p *lang.Printer, m promiser, v url.Values) ([]web.Option, error) {
	const offered = 30
	_, records, err := s.Index.Records(ctx, tx, matching.Query{Kinds: []string{"commitment"}, Fixed: inLists, Sort: []engine.Sort{{By: "published", Desc: true}}, Limit: offered})
	if err != nil {
		return nil, err
	}
	var refs []record.Ref
	for _, chosen := range v["body.repeats"] {
		refs = append(refs, record.Ref{ID: id.ID(chosen)})
	}
	chosen, err := s.Book.Many(ctx, tx, refs)
	if err != nil {
		return nil, err
	}
	var out []web.Option
	for _, r := range append(chosen, records...) {
		if m.rec != nil && r.ID == m.rec.ID || slices.ContainsFunc(out, func(o web.Option) bool { return o.Value == string(r.ID) }) {
			continue
		}
		title := r.Read(p.Tag(), "title")
		out = append(out, web.Option{Value: string(r.ID), Text: title.Text, Lang: title.Lang})
	}
	for _, one := range v["body.repeats"] {
		out = keeping(out, one)
	}
	return out, nil
}
