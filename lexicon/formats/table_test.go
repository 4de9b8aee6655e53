package formats_test

import (
	"fmt"
	"strings"
	"testing"

	"karvan/lexicon/formats"
)

func TestWords(t *testing.T) {
	check(t, formats.Words, []sample{
		{name: "synonyms and empty cells",
			text: "pwn30\ten\tzh\tru\n1-n\thorse | steed\t\tконь\n2-n\t\t马\n",
			want: "1-n: en horse, en steed, ru конь\n2-n: zh 马\n"},
		{name: "borders of segments in Chinese",
			text: "id\tzh\n1\t可以+的 | 有声有色 +的 | C++ | 不+能+的\n",
			want: "1: zh 可以的, zh 有声有色的, zh C++, zh 不能的\n"},
		{name: "stress over Cyrillic",
			text: "id\tru\tbe\tes\tmk\n1\tсло\u0301во\tсло\u0301ўнік\taccio\u0301n\tг\u0301ол\n",
			want: "1: ru слово, be слоўнік, es acción, mk ѓол\n"},
		{name: "columns that are no languages",
			text: "id\tconcept\tpos\ten\n1\tthe animal\tn\tcat\n",
			want: "1: en cat\n"},
		{name: "tags in their usual form",
			text: "id\tzh-CN\tpt_BR\tsr-Latn\tuz-Cyrl\n1\t猫\tgato\tmačka\tмушук\n",
			want: "1: zh 猫, pt gato, sr-Latn mačka, uz-Cyrl мушук\n"},
		{name: "ends of lines as on Windows, and a last line without one",
			text: "id\ten\r\n1\tcat\r\n\r\n2\tdog",
			want: "1: en cat\n2: en dog\n"},
		{name: "white space and what deceives the eye",
			text: "id\ten\n1\t  a\u00A0 cat \u202E\n",
			want: "1: en a cat\n"},
		{name: "the same label twice",
			text: "id\ten\n1\tcat | cat | Cat\n",
			want: "1: en cat, en Cat\n"},
		{name: "rows that cannot be used",
			text: "id\ten\n1\t\n\tcat\n2\tdog\tchien\n3\t\xFF\n4\tcow\n4\tox\n",
			want: "4: en cow\n", problems: []string{"2 no-label", "3 no-id", "4 too-many-cells", "5 not-utf8", "7 same-id"}},
		{name: "a label that is too long",
			text: "id\ten\n1\tcat | " + strings.Repeat("c", 501) + "\n",
			want: "1: en cat\n", problems: []string{"2 label-too-long"}},
		{name: "a line that is too long",
			text: "id\ten\n1\t" + strings.Repeat("c", 1<<20) + "\n2\tdog\n",
			want: "2: en dog\n", problems: []string{"2 line-too-long"}},
		{name: "an identifier that is too long",
			text: "id\ten\n" + strings.Repeat("1", 2049) + "\tcat\n2\tdog\n",
			want: "2: en dog\n", problems: []string{"2 id-too-long"}},
		{name: "no languages", text: "id\tname\n1\tcat\n", err: "no-languages"},
		{name: "a first line that is too long", text: strings.Repeat("c", 1<<21), err: "line-too-long"},
		{name: "a first line of too many columns", text: strings.Repeat("\t", 1001), err: "too-many-columns"},
		{name: "only a first line", text: "id\ten\n", err: "no-entries"},
	})
}

func TestTooManyLabels(t *testing.T) {
	var labels []string
	for i := range 502 {
		labels = append(labels, fmt.Sprint("w", i))
	}
	all, report, err := read(formats.Words, "id\ten\n1\t"+strings.Join(labels, " | ")+"\n")
	if err != nil || len(all) != 1 || len(all[0].Labels) != formats.MaxLabels || report.Skipped != 2 || report.Labels != formats.MaxLabels {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestProblemsAreCountedBeyondThoseKept(t *testing.T) {
	_, report, err := read(formats.Words, "id\ten\n1\tcat\n"+strings.Repeat("1\tdog\n", 70))
	if err != nil || len(report.Problems) != formats.MaxProblems || report.Skipped != 70 || report.Entries != 1 {
		t.Errorf("%+v, %v", report, err)
	}
	if f := report.Problems[0].Fault(); f.Key != "lexicon.same-id" || report.Problems[0].Line != 3 {
		t.Errorf("%+v", report.Problems[0])
	}
}

func TestPairs(t *testing.T) {
	check(t, formats.Pairs, []sample{
		{name: "rows of one meaning are one entry",
			text: "en\tru\tpos\tgloss\nbank\tбанк\tn\tmoney\nbank\tкасса\tn\tmoney\nbank\tберег\tn\triver\nbank\tбанк\tn\tmoney\n",
			want: "2: en bank, ru банк, ru касса\n4: en bank, ru берег\n5: en bank, ru банк\n"},
		{name: "parts of speech are different words",
			text: "en\tru\tpos\tgloss\nwatch\tчасы\tn\t\nwatch\tсмотреть\tv\t\n",
			want: "2: en watch, ru часы\n3: en watch, ru смотреть\n"},
		{name: "two columns",
			text: "hi\ten\nजापान\tJapan\n", want: "2: hi जापान, en Japan\n"},
		{name: "pronunciations",
			text: "en\tru\nback\tназад /nazád/\nwind\tветер /a/ b /c/\nmirror\tзеркало /zérkalo\nhalf\t1/2\n",
			want: "2: en back, ru назад\n3: en wind, ru ветер b\n4: en mirror, ru зеркало\n5: en half, ru 1/2\n"},
		{name: "rows without a word",
			text: "en\tru\ncat\t\n\tкот\ndog\nsky\t /nébo/\ncow\tкорова\n",
			want: "6: en cow, ru корова\n", problems: []string{"2 no-label", "3 no-label", "4 no-label", "5 no-label"}},
		{name: "Indonesian first", text: "id\ten\nkucing\tcat\n", want: "2: id kucing, en cat\n"},
		{name: "no pair of languages", text: "word\tru\ncat\tкот\n", err: "no-languages"},
	})
}

func TestCSV(t *testing.T) {
	check(t, formats.CSV, []sample{
		{name: "terms",
			text: "id,sourceLang,targetLang,sourceString,targetString\n1,en,be_BY,flu,грып\n2,en,zh-Hans,\"a, b\",\"甲\n乙\"\n3,en,zh_TW,flu,流感\n",
			want: "2: en flu, be грып\n3: en a, b, zh 甲 乙\n5: en flu, zh-Hant 流感\n"},
		{name: "terms that cannot be used",
			text: "id,sourceLang,targetLang,sourceString,targetString\n1,en,ru,flu,\n2,en\n3,en,no such,flu,грипп\n4,en,ru,flu,грипп\n",
			want: "5: en flu, ru грипп\n", problems: []string{"2 no-label", "3 no-label", "4 unknown-language", "4 no-label"}},
		{name: "words in many languages",
			text: "id,en,ru\n1,cat | tomcat,кот\n", want: "1: en cat, en tomcat, ru кот\n"},
		{name: "semicolons", text: "id;en;ru\r\n1;\"cat; tomcat\";кот\r\n", want: "1: en cat; tomcat, ru кот\n"},
		{name: "pairs", text: "en,ru,pos,gloss\ncat,кот,n,\ncat,кошка,n,\n", want: "2: en cat, ru кот, ru кошка\n"},
		{name: "quotation marks that do not match",
			text: "id,en\n1,\"cat\"x\n2,dog\n3,\xFF\n", want: "2: en dog\n", problems: []string{"2 bad-quotes", "4 not-utf8"}},
		{name: "a quotation that does not end",
			text: "id,en\n1,\"" + strings.Repeat("cat\n", 1<<19), err: "line-too-long"},
		{name: "no languages", text: "name,count\na,1\n", err: "no-languages"},
		{name: "quotation marks in the first line", text: "\"id\"x,en\n", err: "bad-quotes"},
	})
}

func TestTablesSayWhetherTheyArePairs(t *testing.T) {
	for _, c := range []struct {
		format formats.Format
		text   string
		want   bool
	}{
		{formats.Words, "id\ten\n1\tcat\n", false},
		{formats.Pairs, "en\tru\ncat\tкот\n", true},
		{formats.CSV, "id,en\n1,cat\n", false},
		{formats.CSV, "sourceLang,targetLang,sourceString,targetString\nen,ru,cat,кот\n", true},
	} {
		_, report, err := read(c.format, c.text)
		if err != nil || report.Pairs != c.want {
			t.Errorf("%s %q: pairs is %v, %v", c.format, c.text, report.Pairs, err)
		}
	}
}
