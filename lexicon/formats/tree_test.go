package formats_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"karvan/lexicon"
	"karvan/lexicon/formats"
)

func TestTree(t *testing.T) {
	const file = `{
 "c_1": {"label": "plants"},
 "c_2": {"children": ["c_3"], "label": {"en": "wheat", "ru": "пшеница"}, "parents": ["c_1"]},
 "c_4": {"parents": ["c_1"]},
 "c_1": {"label": "twice"}
}`
	if f, err := formats.Detect("thesaurus.json", []byte(file)); err != nil || f != formats.Tree {
		t.Errorf("taken for %q, %v", f, err)
	}
	var all []lexicon.Entry
	report, err := formats.Read(context.Background(), strings.NewReader(file), formats.Tree, nil, func(e lexicon.Entry) error {
		all = append(all, e)
		return nil
	})
	if err != nil || len(all) != 2 || report.Skipped != 2 || report.Pairs {
		t.Fatalf("%+v, %+v, %v", all, report, err)
	}
	if all[0].ID != "c_1" || !slices.Equal(all[0].In("en"), []string{"plants"}) {
		t.Errorf("%+v", all[0])
	}
	if !slices.Equal(all[1].Broader, []string{"c_1"}) || !slices.Equal(all[1].In("ru"), []string{"пшеница"}) {
		t.Errorf("%+v", all[1])
	}
}

func TestTreesThatAreNone(t *testing.T) {
	for _, c := range []struct{ name, file string }{
		{"a list", `["a"]`}, {"cut off", `{"a": {"label": "b"`}, {"more behind it", `{"a": {"label": "b"}} {}`}, {"parents that are no list", `{"a": {"label": "b", "parents": {}}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := formats.Read(context.Background(), strings.NewReader(c.file), formats.Tree, nil, func(lexicon.Entry) error { return nil }); err == nil {
				t.Error("read without an error")
			}
		})
	}
}
