package site

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/record"
)

// ChangeView is one difference between two revisions, as a reader sees it.
type ChangeView struct {
	Field string   // what changed, in the reader's language
	Lang  lang.Tag // of the text that changed, "" when it is no text
	Spans []Span
}

// silent are the places that change with every revision, or are shown apart.
var silent = map[string]bool{"id": true, "kind": true, "rev": true, "prev": true, "created": true, "updated": true, "published": true, "notes": true}

// changes lists what differs from one revision to another: texts word by word,
// other values whole.
func (s *Site) changes(ctx context.Context, tx *db.Tx, r *http.Request, before, after *record.Record) ([]ChangeView, error) {
	old, err := places(before)
	if err != nil {
		return nil, err
	}
	now, err := places(after)
	if err != nil {
		return nil, err
	}
	var paths []string
	var ids []id.ID
	for _, p := range sortedPlaces(before, old, now) {
		if slices.Equal(old[p], now[p]) {
			continue
		}
		paths = append(paths, p)
		for _, v := range slices.Concat(old[p], now[p]) {
			if one, err := id.Parse(v); err == nil {
				ids = append(ids, one)
			}
		}
	}
	names, err := s.names(ctx, tx, web.Lang(r), s.Now(), ids...)
	if err != nil {
		return nil, err
	}
	p := s.Web.Printer(r)
	var views []ChangeView
	for _, path := range paths {
		views = append(views, changeView(p, path, old[path], now[path], names))
	}
	return views, nil
}

// places gives the values of a record by place. The parts of a list of plain
// values stand together, so that one that came in front moves no other.
func places(r *record.Record) (map[string][]string, error) {
	leaves, err := record.Flatten(r)
	if err != nil {
		return nil, err
	}
	all := map[string][]string{}
	for _, path := range sortedLeaves(leaves) {
		top, _, _ := strings.Cut(path, "/")
		if silent[top] || top == "links" || top == "files" || strings.HasPrefix(path, "texts/") && strings.HasSuffix(path, "/of") {
			continue
		}
		at := path
		if i := strings.LastIndex(path, "/"); i > 0 {
			if _, err := strconv.Atoi(path[i+1:]); err == nil {
				at = path[:i]
			}
		}
		all[at] = append(all[at], leaves[path])
	}
	for _, l := range r.Links {
		if l.Rel != fileRel {
			all["links/"+l.Rel] = append(all["links/"+l.Rel], l.To)
		}
	}
	for _, f := range r.Files {
		all["files"] = append(all["files"], f.Name)
		for _, t := range lang.Content {
			if alt := f.Alt[string(t)]; alt != "" {
				all["files"] = append(all["files"], "("+alt+")")
			}
		}
	}
	return all, nil
}

// sortedLeaves orders places so that the tenth part of a list follows the ninth.
func sortedLeaves(leaves map[string]string) []string {
	paths := make([]string, 0, len(leaves))
	for p := range leaves {
		paths = append(paths, p)
	}
	slices.SortFunc(paths, func(a, b string) int {
		x, y := strings.Split(a, "/"), strings.Split(b, "/")
		for i := range min(len(x), len(y)) {
			m, err1 := strconv.Atoi(x[i])
			n, err2 := strconv.Atoi(y[i])
			if err1 == nil && err2 == nil && m != n {
				return m - n
			}
			if c := cmp.Compare(x[i], y[i]); c != 0 {
				return c
			}
		}
		return len(x) - len(y)
	})
	return paths
}

// sortedPlaces puts the texts first, those of the source language before all.
func sortedPlaces(r *record.Record, maps ...map[string][]string) []string {
	var all []string
	seen := map[string]bool{}
	for _, m := range maps {
		for p := range m {
			if !seen[p] {
				seen[p] = true
				all = append(all, p)
			}
		}
	}
	rank := func(p string) int {
		switch {
		case strings.HasPrefix(p, "texts/"+string(r.Source)+"/"):
			return 0
		case strings.HasPrefix(p, "texts/"):
			return 1
		}
		return 2
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(rank(a)-rank(b), cmp.Compare(a, b)) })
	return all
}

func changeView(p *lang.Printer, path string, old, now []string, names map[id.ID]Named) ChangeView {
	parts := strings.Split(path, "/")
	if len(parts) == 4 && parts[0] == "texts" && parts[2] == "fields" {
		v := ChangeView{Field: fieldLabel(p, parts[3]), Lang: lang.Tag(parts[1])}
		v.Spans = wordDiff(strings.Join(old, ""), strings.Join(now, ""))
		return v
	}
	v := ChangeView{Field: fieldLabel(p, path)}
	if len(parts) == 3 && parts[0] == "texts" {
		v.Field = p.T("history.field.provenance", "lang", p.Name(lang.Tag(parts[1])))
	}
	say := func(values []string) string {
		words := make([]string, len(values))
		for i, value := range values {
			words[i] = valueLabel(p, path, value, names)
		}
		return strings.Join(words, " · ")
	}
	v.Spans = join([]Span{{say(old), "del"}, {say(now), "ins"}})
	return v
}

// valueLabel says a value in the reader's language where there are words for it.
func valueLabel(p *lang.Printer, path, value string, names map[id.ID]Named) string {
	if one, err := id.Parse(value); err == nil && names[one].Text != "" {
		return names[one].Text
	}
	last := path[strings.LastIndex(path, "/")+1:]
	for _, key := range []string{last + "." + value, "code." + strings.TrimSuffix(last, "s") + "." + value} {
		if p.Has(key) {
			return p.T(key)
		}
	}
	switch {
	case value == "true":
		return p.T("history.yes")
	case value == "false":
		return p.T("history.no")
	case last == "source":
		return p.Name(lang.Tag(value))
	}
	return value
}
