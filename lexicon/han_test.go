package lexicon_test

import (
	"slices"
	"testing"

	"karvan/lexicon"
)

func TestTraditionalAndSimplifiedCharactersMeet(t *testing.T) {
	for _, c := range []struct{ name, traditional, simplified string }{
		{"solar cells", "太陽能電池", "太阳能电池"},
		{"desalination of sea water", "海水淡化技術與裝備", "海水淡化技术与装备"},
		{"several for one", "乾燥機的發動機後視鏡", "干燥机的发动机后视镜"},
		{"two characters that became one", "裡面和裏面，頭髮和發展", "里面和里面,头发和发展"},
		{"beside Latin letters", "CO₂捕獲與儲存", "co2捕获与储存"},
		{"already simplified", "农业机械", "农业机械"},
		{"not Chinese alone", "Насос 與 pump", "насос 与 pump"},
		{"a chemical element", "鎢礦與鋰電池", "钨矿与锂电池"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := lexicon.Normalise(c.traditional); got != c.simplified {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestTraditionalLabelsAndTextsFindEachOther(t *testing.T) {
	b := lexicon.NewBuilder()
	add(t, b, lexicon.Source{ID: "t"}, entry("solar", "zh", "太陽能電池"), entry("pump", "zh", "水泵"), entry("wind", "zh", "风力发电"))
	x := b.Build()
	for _, c := range []struct{ name, text, want string }{
		{"a traditional label in a simplified text", "太阳能电池组件", "=t:solar"},
		{"a traditional label in a traditional text", "太陽能電池組件", "=t:solar"},
		{"a simplified label in a traditional text", "離岸風力發電", "=t:wind"},
	} {
		t.Run(c.name, func(t *testing.T) {
			terms, _ := x.Terms(nil, nil, c.text, "zh")
			if !slices.Contains(terms, c.want) {
				t.Errorf("%q", terms)
			}
			found := false
			for _, g := range x.Query(c.text, "") {
				for _, f := range g.Terms {
					found = found || f.Term == c.want
				}
			}
			if !found {
				t.Error("asked, it is not found")
			}
		})
	}
}
