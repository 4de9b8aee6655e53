package web_test

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"karvan/internal/fault"
	"karvan/internal/web"
)

func form(pairs ...string) *web.Form {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return &web.Form{Values: v}
}

func TestFormReadsWhatPeopleType(t *testing.T) {
	f := form("title", "  a\u202eb \n c ", "text", " one\r\ntwo ", "n", "۱۲٬۳۴۵", "space", "12 345", "f", "1٫5", "day", "2026-02-28",
		"at", "2026-02-28T14:30", "lang", "uz-cyrl", "pick", "b", "tag", "x", "tag", " ", "tag", "y", "box", "", "password", " p ")
	almaty, err := time.LoadLocation("Asia/Almaty")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name      string
		got, want any
	}{
		{"a line is cleaned and trimmed", f.Text("title"), "ab   c"},
		{"lines keep their ends", f.Lines("text"), "one\ntwo"},
		{"Persian digits", f.Int("n"), int64(12345)},
		{"grouped digits", f.Int("space"), int64(12345)},
		{"an empty number", f.Int("none"), int64(0)},
		{"a Persian decimal mark", f.Float("f"), 1.5},
		{"a day", f.Date("day"), time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC)},
		{"an instant in a zone", f.Time("at", almaty), time.Date(2026, 2, 28, 9, 30, 0, 0, time.UTC)},
		{"no instant", f.Time("none", almaty).IsZero(), true},
		{"a language", string(f.Lang("lang")), "uz-Cyrl"},
		{"a choice", f.Choice("pick", "a", "b"), "b"},
		{"several values", strings.Join(f.All("tag"), ","), "x,y"},
		{"a ticked box", f.Has("box"), true},
		{"a password as it was typed", f.Secret("password"), " p "},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, tt.got, tt.want)
		}
	}
	if err := f.Err(); err != nil {
		t.Error(err)
	}
}

func TestFormGathersWhatIsWrong(t *testing.T) {
	f := form("n", "many", "f", "inf", "day", "2026-02-30", "lang", "??", "pick", "z", "empty", " ")
	f.Int("n")
	f.Float("f")
	f.Date("day")
	f.Lang("lang")
	f.Choice("pick", "a")
	f.Need("empty", "n")
	var fields []string
	for _, one := range fault.Of(f.Err()).All() {
		fields = append(fields, one.Field+" "+one.Key)
	}
	want := []string{"n fault.not-a-number", "f fault.not-a-number", "day fault.not-a-date", "lang fault.not-a-language",
		"pick fault.not-a-choice", "empty fault.required"}
	if !slices.Equal(fields, want) {
		t.Errorf("got %q", fields)
	}
}

func TestParseForm(t *testing.T) {
	tests := []struct {
		name, kind, body string
		code             fault.Code
	}{
		{"a form", "application/x-www-form-urlencoded", "a=1", ""},
		{"a form over its bound", "application/x-www-form-urlencoded; charset=utf-8", "a=" + strings.Repeat("1", 100), fault.TooLarge},
		{"a form that is broken", "application/x-www-form-urlencoded", "a=%zz", fault.Invalid},
		{"JSON", "application/json", "{}", fault.Unsupported},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/?a=query", strings.NewReader(tt.body))
			r.Header.Set("Content-Type", tt.kind)
			f, err := web.ParseForm(r, 50)
			if tt.code == "" {
				if err != nil || f.Text("a") != "1" {
					t.Errorf("%v %v", f, err)
				}
			} else if !fault.Is(err, tt.code) {
				t.Errorf("got %v, want %s", err, tt.code)
			}
		})
	}
}

func TestFormView(t *testing.T) {
	n := open(t)
	r := httptest.NewRequest("POST", "/", nil)
	var l fault.List
	l.Add("due", "fault.not-a-date")
	l.Add("title", "fault.required")
	l.Add("elsewhere", "fault.required")
	sent := form("title", "<x>", "due", "soon", "password", "p").Values
	v := n.FormView(r, sent, l.Err(), web.Field{Name: "title", Label: "l.title"}, web.Field{Name: "due"}, web.Field{Name: "password", Type: "password"})
	if v.Heading != "There are 3 problems" || v.Code != fault.Invalid || !v.Failed() {
		t.Errorf("%+v", v)
	}
	if f := v.Field("title"); f.Value != "<x>" || f.Error != "Fill in this field." || f.ID != "f-title" {
		t.Errorf("%+v", f)
	}
	if v.Field("password").Value != "" {
		t.Error("a password is sent back")
	}
	var order []string
	for _, e := range v.Errors {
		order = append(order, e.Field+" "+e.ID+" "+e.Label)
	}
	if want := []string{"elsewhere  ", "title f-title l.title", "due f-due "}; !slices.Equal(order, want) {
		t.Errorf("%q", order)
	}
	v = n.FormView(r, nil, nil, web.Field{Name: "title", Value: "old"})
	if v.Failed() || v.Heading != "" || v.Field("title").Value != "old" {
		t.Errorf("%+v", v)
	}
	if v = n.FormView(r, nil, fault.New(fault.Conflict, "fault.busy")); v.Message == "" || !v.Failed() {
		t.Errorf("%+v", v)
	}
}

// upload writes a form with a field and files of the sizes given.
func upload(sizes ...int) (body *bytes.Buffer, kind string) {
	body = &bytes.Buffer{}
	m := multipart.NewWriter(body)
	m.WriteField("title", "T")
	for _, size := range sizes {
		w, _ := m.CreateFormFile("file", `C:\dir\..\report.csv`)
		w.Write(bytes.Repeat([]byte("x"), size))
	}
	m.Close()
	return body, m.FormDataContentType()
}

func TestParseUpload(t *testing.T) {
	limits := web.Upload{MaxFile: 1000, MaxTotal: 5000, MaxFiles: 2}
	tests := []struct {
		name  string
		sizes []int
		cut   int
		code  fault.Code
	}{
		{"two files", []int{1000, 0}, 0, ""},
		{"no file", nil, 0, ""},
		{"a file over its bound", []int{1001}, 0, fault.TooLarge},
		{"too many files", []int{1, 1, 1}, 0, fault.TooLarge},
		{"an upload that breaks off", []int{900}, 100, fault.Invalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body, kind := upload(tt.sizes...)
			body.Truncate(body.Len() - tt.cut)
			r := httptest.NewRequest("POST", "/", body)
			r.Header.Set("Content-Type", kind)
			var got []int
			f, err := web.ParseUpload(r, limits, func(file web.File) error {
				if file.Name != "report.csv" || file.Field != "file" {
					t.Errorf("%+v", file)
				}
				b, err := io.ReadAll(file)
				got = append(got, len(b))
				return err
			})
			if tt.code != "" {
				if !fault.Is(err, tt.code) {
					t.Errorf("got %v, want %s", err, tt.code)
				}
				return
			}
			if err != nil || f.Text("title") != "T" || !slices.Equal(got, tt.sizes) {
				t.Errorf("%v %v %v", f, got, err)
			}
		})
	}
	t.Run("an upload over the bound of the whole", func(t *testing.T) {
		body, kind := upload(900, 900)
		r := httptest.NewRequest("POST", "/", body)
		r.Header.Set("Content-Type", kind)
		_, err := web.ParseUpload(r, web.Upload{MaxFile: 1000, MaxTotal: 1000, MaxFiles: 2}, func(f web.File) error {
			_, err := io.Copy(io.Discard, f)
			return err
		})
		if !fault.Is(err, fault.TooLarge) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("what save says goes through", func(t *testing.T) {
		body, kind := upload(1)
		r := httptest.NewRequest("POST", "/", body)
		r.Header.Set("Content-Type", kind)
		full := errors.New("disk full")
		if _, err := web.ParseUpload(r, limits, func(web.File) error { return full }); !errors.Is(err, full) {
			t.Errorf("got %v", err)
		}
	})
}

func TestLimiter(t *testing.T) {
	l := web.NewLimiter(3, time.Minute, 100)
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	try := func(key string, seconds int) bool {
		return l.Try(key, now.Add(time.Duration(seconds)*time.Second)) == nil
	}
	for i, tt := range []struct {
		key     string
		seconds int
		want    bool
	}{
		{"a", 0, true}, {"a", 10, true}, {"a", 20, true}, {"a", 30, false}, {"b", 30, true},
		{"a", 59, false}, {"a", 60, true}, {"a", 61, false}, {"a", 70, true}, {"a", 300, true},
	} {
		if got := try(tt.key, tt.seconds); got != tt.want {
			t.Errorf("trial %d: %v", i, got)
		}
	}
	l.Forget("a")
	if !try("a", 301) || !try("a", 301) || !try("a", 301) || try("a", 301) {
		t.Error("a key that was forgotten does not start anew")
	}
}

func TestLimitIsAnsweredWithTheTimeToWait(t *testing.T) {
	n := open(t)
	l := web.NewLimiter(1, time.Minute, 100)
	now := n.clock.Now()
	l.Try("a", now)
	w := call(fails(n, l.Try("a", now.Add(15*time.Second))), "POST", "/", "Accept-Language", "ru")
	if w.Code != 429 || w.Header().Get("Retry-After") != "45" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	has(t, "page", w.Body.String(), "Повторите через 45 секунд.")
}

func TestLimiterIsBounded(t *testing.T) {
	l := web.NewLimiter(1, time.Hour, 10)
	now := time.Now()
	for i := range 1000 {
		l.Try(strings.Repeat("k", i), now)
	}
	if l.Try("", now) != nil {
		t.Error("the oldest key is still held")
	}
	if l.Try(strings.Repeat("k", 999), now) == nil {
		t.Error("the newest key is not held")
	}
}
