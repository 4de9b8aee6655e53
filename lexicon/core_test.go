package lexicon_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"karvan/lexicon"
)

// scripts are the letters that a label of a language must have one of at least.
var scripts = map[string]*unicode.RangeTable{
	"en": unicode.Latin, "uz": unicode.Latin, "zh": unicode.Han, "ru": unicode.Cyrillic, "kk": unicode.Cyrillic, "ky": unicode.Cyrillic,
	"tg": unicode.Cyrillic, "be": unicode.Cyrillic, "hi": unicode.Devanagari, "ur": unicode.Arabic, "fa": unicode.Arabic,
}

var (
	conceptID = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	fordCode  = regexp.MustCompile(`^[1-6]\.([1-9]|1[01])$`)
)

func TestCoreIsWhole(t *testing.T) {
	entries := lexicon.Core()
	byID := map[string]*lexicon.Entry{}
	for i := range entries {
		e := &entries[i]
		if byID[e.ID] != nil {
			t.Errorf("%s stands twice", e.ID)
		}
		byID[e.ID] = e
	}
	scientific := 0
	for _, e := range entries {
		if !conceptID.MatchString(e.ID) {
			t.Errorf("%s is no id", e.ID)
		}
		if e.Field != "" {
			scientific++
			if !fordCode.MatchString(e.Field) {
				t.Errorf("%s: field %q", e.ID, e.Field)
			}
		}
		for _, tag := range lexicon.CoreLanguages {
			checkLabels(t, e, tag)
		}
		for _, id := range slices.Concat(e.Broader, e.Related) {
			if byID[id] == nil {
				t.Errorf("%s names %s, which is not there", e.ID, id)
			}
		}
		seen := map[string]bool{}
		for at := byID[e.ID]; at != nil && len(at.Broader) > 0; {
			if seen[at.ID] {
				t.Errorf("%s is broader than itself", e.ID)
				break
			}
			seen[at.ID] = true
			next := byID[at.Broader[0]]
			if next == nil {
				break
			}
			at = next
		}
	}
	if scientific < 2500 {
		t.Errorf("%d concepts of science and technology", scientific)
	}
}

func checkLabels(t *testing.T, e lexicon.Entry, tag string) {
	t.Helper()
	labels := e.In(tag)
	if len(labels) == 0 {
		t.Errorf("%s has no label in %s", e.ID, tag)
	}
	if !slices.ContainsFunc(labels, func(l string) bool {
		return strings.ContainsFunc(l, func(r rune) bool { return unicode.Is(scripts[tag], r) })
	}) {
		t.Errorf("%s: %q is not written in %s", e.ID, labels, tag)
	}
}

func TestEveryLabelOfTheCoreFindsItsConcept(t *testing.T) {
	x := lexicon.CoreLexicon()
	missed, all := map[string]int{}, map[string]int{}
	for _, e := range lexicon.Core() {
		for _, tag := range lexicon.CoreLanguages {
			label := e.In(tag)[0]
			terms, _ := x.Terms(nil, nil, label, tag)
			all[tag]++
			if !slices.Contains(terms, "=karvan:"+e.ID) {
				missed[tag]++
			}
		}
	}
	for _, tag := range lexicon.CoreLanguages {
		// A word that stands for many concepts may stand for others first.
		if share := float64(missed[tag]) / float64(all[tag]); share > 0.02 {
			t.Errorf("%s: %.1f %% of preferred labels do not find their concept", tag, 100*share)
		}
	}
}
