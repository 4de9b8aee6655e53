package record_test

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/gowebpki/jcs"

	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/record"
)

// rich is a body with everything that bodies have.
type rich struct {
	Span
	Word    string            `json:"word"`
	Tag     lang.Tag          `json:"tag,omitempty"`
	Small   int8              `json:"small,omitempty"`
	Big     int64             `json:"big"`
	Yes     bool              `json:"yes,omitempty"`
	List    []string          `json:"list"`
	Numbers []int             `json:"numbers,omitempty"`
	Parts   []part            `json:"parts,omitempty"`
	Below   *part             `json:"below,omitempty"`
	Names   map[lang.Tag]part `json:"names"`
	Words   map[string]string `json:"words,omitempty"`
	At      time.Time         `json:"at,omitzero"`
	Never   string            `json:"-"`
}

// Span is embedded, as the periods of bodies and names are.
type Span struct {
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

type part struct {
	Span
	Ref  id.ID   `json:"ref,omitempty"`
	Deep []*part `json:"deep,omitempty"`
}

func (*rich) Validate(*record.Record, bool) error { return nil }

func richBook() *record.Book {
	return record.NewBook(node, &record.Kind{Name: "rich", New: func() record.Body { return &rich{} }, Texts: []record.TextField{{Name: "title", Max: 100}}})
}

// lines of the kind "rich" in many forms, right and wrong.
var richLines = []string{
	`{"id":"a","kind":"rich","rev":1,"state":"draft","source":"en","texts":{"en":{"provenance":"original","fields":{"title":"Water \u003c & \"drops\"\n"}}},"body":{"word":"w","big":0,"list":null,"names":null},"created":"2026-01-02T03:04:05Z","updated":"2026-01-02T03:04:05.000001Z"}`,
	`{"body":{"from":"2020","to":"2021","word":"\u0000\u001f\u007f\u2028\uffff","tag":"ru","small":-128,"big":9007199254740992,"yes":true,"list":[],"numbers":[1,-2,0],"parts":[{"from":"x","ref":"r","deep":[{"to":"y"},null]}],"below":{},"names":{"en":{},"kk":{"ref":"z"}},"words":{"":"","😀":"a","\ue000":"b","a":"c"},"at":"2026-01-02T03:04:05+05:00"},"kind":"rich","links":[{"rel":"a","to":"b"}],"files":[],"notes":[{"type":"fact","text":{"en":"x"},"at":"2026-01-02T03:04:05.123456789Z","rev":1}],"texts":null}`,
	` { "kind" : "rich" , "body" : { "big" : 9007199254740993 , "list" : [ "a" , "b" ] } , "texts" : { } } `,
	`{"kind":"rich","body":{"later":[1,{"a":"}"}],"word":"known"},"newer":{"x":1.50},"newest":"\"]"}`,
	`{"kind":"rich","Body":{"word":"other case"},"body":{"WORD":"again"}}`,
	`{"kind":"rich","body":{"word":"one","word":"two"},"rev":1,"rev":2}`,
	`{"kind":"rich","body":null}`, `{"kind":"rich"}`, `{"kind":"rich","body":{"word":null,"at":null,"below":null,"numbers":null}}`,
	`{"kind":"rich","body":{"small":128}}`, `{"kind":"rich","body":{"big":1.0}}`, `{"kind":"rich","body":{"big":-0}}`, `{"kind":"rich","body":{"big":01}}`,
	`{"kind":"rich","body":{"word":"\ud83d\ude00","list":["\ud83d"]}}`, "{\"kind\":\"rich\",\"body\":{\"word\":\"\xff\"}}", "{\"kind\":\"rich\",\"body\":{\"word\":\"\t\"}}",
	`{"kind":"rich","body":{"word":"x"}`, `{"kind":"rich","body":{"word":"x"}}}`, `{"kind":"rich","body":{"word":"x"},}`, `{"kind":"rich","body":{"words":{"a":"1","a":"2"}}}`,
	`{"kind":"rich","body":{"at":"2026-01-02T03:04:05\u005a"}}`, `{"kind":"rich","body":{"at":"2026-1-2T03:04:05Z"}}`, `{"kind":"rich","extra":[}]}`, `{"kind":"rich","body":{"unknown":tru}}`,
	`{"kind":"rich","created":"2026-01-02T03:04:05+23:00","x":"y","sample":true,"embargo":false}`, `{"kind":"unknown"}`, `{"kind":"rich","K":1,"stat\u0065":"draft"}`, `[]`, ``, `{`, `{"`, `{"kind":"rich","body":"\`,
}

// sameAsLibraries holds the quick ways of decoding and writing to the libraries.
func sameAsLibraries(t *testing.T, b *record.Book, data []byte) {
	t.Helper()
	quick := record.DecodeUsual(b, data)
	slow, err := record.DecodeAny(b, data)
	if quick != nil && err != nil {
		t.Fatalf("decoded what encoding/json refuses with %v: %q", err, data)
	}
	if err != nil {
		return
	}
	if quick != nil {
		if diff := gocmp.Diff(slow, quick, cmpopts.IgnoreUnexported(record.Record{})); diff != "" {
			t.Fatalf("%q\n%s", data, diff)
		}
	}
	got, gotErr := slow.Canonical()
	want, wantErr := record.Transformed(slow)
	if (gotErr == nil) != (wantErr == nil) || wantErr == nil && string(got) != string(want) {
		t.Fatalf("%q\n%s, %v\n%s, %v", data, got, gotErr, want, wantErr)
	}
}

func TestDecodingAndWritingAgreeWithTheLibraries(t *testing.T) {
	b := richBook()
	taken := 0
	for _, line := range richLines {
		sameAsLibraries(t, b, []byte(line))
		for i := range line { // cut and damaged anywhere
			sameAsLibraries(t, b, []byte(line[:i]))
			sameAsLibraries(t, b, []byte(line[:i]+"0"+line[i+1:]))
			sameAsLibraries(t, b, []byte(line[:i]+`"`+line[i:]))
		}
		if record.DecodeUsual(b, []byte(line)) != nil {
			taken++
		}
	}
	if taken < 8 {
		t.Errorf("only %d lines were decoded in one pass", taken)
	}
}

func FuzzDecode(f *testing.F) {
	for _, line := range richLines {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, data []byte) { sameAsLibraries(t, richBook(), data) })
}

// oneself writes itself.
type oneself struct{ N int }

// MarshalText implements [encoding.TextMarshaler].
func (oneself) MarshalText() ([]byte, error) { return []byte("x"), nil }

// blank says itself when it is zero.
type blank struct{ N int }

// IsZero is true also for what reflection does not take for zero.
func (blank) IsZero() bool { return true }

func TestValuesAreWrittenAsTheLibrariesWriteThem(t *testing.T) {
	zone := time.FixedZone("", 5*3600+1800)
	for _, c := range []struct {
		name  string
		value any
		left  bool // to the libraries
	}{
		{"the largest exact integer", int64(1 << 53), false},
		{"an integer that a double rounds", int64(1<<53 + 1), true},
		{"a fraction", 1.5, true},
		{"no number", math.NaN(), true},
		{"bytes", []byte("abc"), true},
		{"raw JSON", json.RawMessage(`{"b":1,"a":2}`), true},
		{"what writes itself", oneself{1}, true},
		{"a pointer to what writes itself", &oneself{1}, true},
		{"a key that writes itself", map[oneself]int{{1}: 1}, true},
		{"invalid UTF-8", "a\xffb", true},
		{"an invalid key", map[string]int{"a\xff": 1}, true},
		{"a type's own idea of zero", struct {
			B blank `json:"b,omitzero"`
		}{blank{1}}, true},
		{"a number in quotes", struct {
			N int `json:"n,string"`
		}{1}, true},
		{"a member without a name", struct{ N int }{1}, true},
		{"two members of one name", struct {
			Span
			From int `json:"from"`
		}{Span{"a", "b"}, 1}, true},
		{"an embedded pointer", struct{ *Span }{&Span{"a", "b"}}, true},
		{"empty and zero members", struct {
			A []int             `json:"a,omitempty"`
			B map[string]string `json:"b,omitempty"`
			C [2]int            `json:"-"`
			D time.Time         `json:"d,omitempty"`
			E *int              `json:"e,omitempty"`
			F Span              `json:"f,omitempty"`
			G time.Time         `json:"g,omitzero"`
			H any               `json:"h,omitempty"`
		}{B: map[string]string{}, G: time.Time{}.In(zone)}, false},
		{"nothing", (*Span)(nil), false},
		{"lists of nothing", [][]string{nil, {}}, false},
		{"every short escape", "\b\f\n\r\t\"\\/\x00\x1f\x7f<>&\u2028", false},
		{"keys beyond U+FFFF before U+E000", map[string]int{"\ue000": 1, "😀": 2, "\uffff": 3, "a": 4, "": 5, "aa": 6}, false},
		{"a time in another zone", time.Date(2026, 1, 2, 3, 4, 5, 6000, zone), false},
		{"a year that RFC 3339 cannot write", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := record.AppendCanonical(c.value)
			if ok == c.left {
				t.Fatalf("written here: %v", ok)
			}
			if !ok {
				return
			}
			plain, err := json.Marshal(c.value)
			if err != nil {
				t.Fatal(err)
			}
			want, err := jcs.Transform(plain)
			if err != nil || string(got) != string(want) {
				t.Errorf("%s, want %s, %v", got, want, err)
			}
		})
	}
}

func TestNamesAreInTheOrderOfUTF16(t *testing.T) {
	names := strings.Split("|a|b|aa|é|я|水|\ud7ff|\ue000|\uffff|😀|😁|\U00010000|\U0010ffff|a😀|a\ue000|a\uffff|水😀", "|")
	for _, a := range names {
		for _, b := range names {
			want := slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
			if got := cmp.Compare(record.CompareNames(a, b), 0); got != want {
				t.Errorf("%q and %q: %d, want %d", a, b, got, want)
			}
		}
	}
}
