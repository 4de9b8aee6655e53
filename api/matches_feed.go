package api

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/lang"
	"karvan/record"
)

// suggestionsPath is the path of the feed of what was found for an offer or a need.
var suggestionsPath = regexp.MustCompile(`^/([a-z]{2})/catalogue/([0-9A-Za-z]{26})/suggestions\.(atom|rss|json)$`)

// parseSuggestionsPath takes the path of a feed of suggestions apart.
func parseSuggestionsPath(path string) (at feedPath, ulid string, ok bool) {
	m := suggestionsPath.FindStringSubmatch(path)
	if m == nil || !lang.IsInterface(lang.Tag(m[1])) {
		return at, "", false
	}
	i := slices.IndexFunc(formats, func(f format) bool { return f.ending == m[3] })
	return feedPath{lang.Tag(m[1]), "catalogue/" + m[2] + "/suggestions", formats[i]}, strings.ToUpper(m[2]), true
}

// serveSuggestions answers with what was found for an offer or a need, the newest
// first.
func (a *API) serveSuggestions(w http.ResponseWriter, r *http.Request, at feedPath, ulid string) {
	r.Pattern = "/{lang}/catalogue/{ref}/suggestions." + at.format.ending
	f := &feed{api: a, at: at, p: a.Web.Printer(r)}
	err := a.DB.Read(r.Context(), func(tx *db.Tx) error { return f.suggestions(r.Context(), tx, ulid) })
	if err != nil {
		a.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Language", string(at.lang))
	a.send(w, r, answer{mediaType: at.format.mediaType, body: at.format.write(f), modified: f.modified(), maxAge: 300})
}

// suggestions fills the feed with what was found for a record that is in the lists.
func (f *feed) suggestions(ctx context.Context, tx *db.Tx, ulid string) error {
	rec, err := f.profile(ctx, tx, ulid)
	if err != nil {
		return err
	}
	f.name = f.p.T("match.feed-title", "title", rec.Read(f.at.lang, "title").Text, "node", f.api.Node.Name)
	f.page = strings.TrimPrefix(f.api.PathOf(rec), "/") + "/matches"
	found, err := f.api.Index.SuggestionsOf(ctx, tx, rec.ID)
	if err != nil {
		return err
	}
	refs := make([]record.Ref, len(found))
	for i, s := range found {
		refs[i] = record.Ref{ID: s.Counterpart}
	}
	records, err := f.api.Book.Many(ctx, tx, refs)
	if err != nil {
		return err
	}
	names, err := f.api.authors(ctx, tx, records)
	if err != nil {
		return err
	}
	for _, s := range found {
		i := slices.IndexFunc(records, func(r *record.Record) bool { return r.ID == s.Counterpart })
		if i < 0 || !records[i].Listed() {
			continue
		}
		e := f.entry(records[i], names, tx.Now)
		if s.At.After(e.updated) {
			e.updated = s.At // it is news since then
		}
		f.entries = append(f.entries, e)
	}
	return nil
}

// profile finds the offer or need with a ULID, as visitors see it.
func (f *feed) profile(ctx context.Context, tx *db.Tx, ulid string) (*record.Record, error) {
	for _, kind := range lists["catalogue"].kinds {
		found, err := f.api.Book.Find(ctx, tx, kind, ulid)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		rec, err := f.api.Book.Public(ctx, tx, found)
		switch {
		case err != nil:
			return nil, err
		case rec.State == record.Erased:
			return nil, fault.New(fault.Gone, "record.erased")
		case !rec.Listed(): // nothing is looked for any more
			return nil, fault.New(fault.NotFound, "record.not-found")
		}
		return rec, nil
	}
	return nil, fault.New(fault.NotFound, "record.not-found")
}
