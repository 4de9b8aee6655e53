package site

import (
	"strconv"
	"strings"

	"karvan/internal/lang"
)

// fieldLabel names a field in the reader's language: one that a fault names
// ("texts.en.title", "body.points.3.kind", "links"), a text by its name alone
// ("title"), or a place that a comparison of revisions names
// ("texts/en/fields/title", "body/stage").
func fieldLabel(p *lang.Printer, field string) string {
	dot := "."
	if strings.Contains(field, "/") {
		dot = "/"
	}
	parts := strings.Split(field, dot)
	for i, part := range parts {
		parts[i] = fromPointer.Replace(part)
	}
	switch {
	case parts[0] == "texts" && len(parts) > 1:
		return textLabel(p, parts[1:])
	case len(parts) == 1 && p.Has("text.label."+field):
		return p.T("text.label." + field)
	}
	prefix := "record.label."
	if parts[0] == "body" && len(parts) > 1 {
		prefix, parts = "body.label.", parts[1:]
	}
	return pathLabel(p, prefix, parts)
}

// fromPointer undoes how a comparison writes "/" and "~" within a name (RFC 6901).
var fromPointer = strings.NewReplacer("~1", "/", "~0", "~")

// textLabel names one of the texts: "en.title", "en/fields/title", or "title"
// alone in an advice.
func textLabel(p *lang.Printer, parts []string) string {
	tag, err := lang.Parse(parts[0])
	name := parts[len(parts)-1]
	label := name
	switch {
	case p.Has("text.label." + name):
		label = p.T("text.label." + name)
	case p.Has("record.label." + name):
		label = p.T("record.label." + name)
	case len(parts) == 1:
		label = p.T("record.label.texts")
	}
	if err != nil || p.Name(tag) == string(tag) || len(parts) == 1 && p.Has("text.label."+name) {
		return label
	}
	return label + " (" + p.Name(tag) + ")"
}

// pathLabel names a place step by step: names by their labels, places in a list
// by their number, languages by their name.
func pathLabel(p *lang.Printer, prefix string, parts []string) string {
	var b strings.Builder
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		switch {
		case err == nil && i > 0:
			b.WriteString(" " + p.Plain(int64(n+1)))
			continue
		case p.Has(prefix + part):
			part = p.T(prefix + part)
		case p.Has("record.label." + part):
			part = p.T("record.label." + part)
		case i > 0 && p.Has("lang."+part):
			b.WriteString(" (" + p.T("lang."+part) + ")")
			continue
		}
		if i > 0 {
			b.WriteString(" – ")
		}
		b.WriteString(part)
	}
	return b.String()
}
