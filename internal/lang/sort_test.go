package lang_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"karvan/internal/lang"
)

func TestSort(t *testing.T) {
	for _, c := range []struct {
		name string
		tag  lang.Tag
		in   string
		want string
	}{
		{"English puts case and accents aside", "en", "zebra Apple élan apple elan banana", "apple Apple banana elan élan zebra"},
		{"Russian puts ё beside е", "ru", "жук ёлка ель еда", "еда ёлка ель жук"},
		{"Chinese goes by pinyin", "zh", "中国 北京 阿拉木图 上海", "阿拉木图 北京 上海 中国"},
		{"Persian puts گ after ک and پ after ب", "fa", "گل تهران پسته کتاب بازار", "بازار پسته تهران کتاب گل"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := load(t).Printer(c.tag)
			got := strings.Fields(c.in)
			p.SortStrings(got)
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("got %s, want %s", s, c.want)
			}
			keyed := strings.Fields(c.in)
			slices.SortFunc(keyed, func(a, b string) int {
				return bytes.Compare(lang.CollationKey(c.tag, a), lang.CollationKey(c.tag, b))
			})
			if s := strings.Join(keyed, " "); s != c.want {
				t.Errorf("by keys: got %s, want %s", s, c.want)
			}
		})
	}
}

func TestSortKeepsTheOrderOfEquals(t *testing.T) {
	type item struct {
		name string
		n    int
	}
	items := []item{{"b", 1}, {"a", 2}, {"b", 3}, {"a", 4}}
	lang.Sort(load(t).Printer("en"), items, func(i item) string { return i.name })
	want := []item{{"a", 2}, {"a", 4}, {"b", 1}, {"b", 3}}
	if !slices.Equal(items, want) {
		t.Errorf("got %v, want %v", items, want)
	}
}
