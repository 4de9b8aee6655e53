package record_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/record"
)

func valid() *record.Record {
	r := draft()
	r.ID, r.Rev, r.State, r.Created, r.Updated = id.Derive(node, "notice", "1"), 1, record.Published, start, start
	return r
}

func text(r *record.Record, name, s string) { r.Texts["en"].Fields[name] = s }

func file(change func(*record.File)) func(*record.Record) {
	return func(r *record.Record) {
		f := record.File{Name: "Отчёт 2026 (итог).pdf", MediaType: "application/pdf", Size: 1, SHA256: strings.Repeat("0a", 32), Tier: record.Public}
		change(&f)
		r.Files = []record.File{f}
	}
}

func named(name string) func(*record.Record) { return file(func(f *record.File) { f.Name = name }) }

func remark(tag, s string) func(*record.Record) {
	return func(r *record.Record) { r.Notes = []record.Note{{Type: "fact", Text: map[string]string{tag: s}}} }
}

func link(rel, to string) func(*record.Record) {
	return func(r *record.Record) { r.Links = []record.Link{{Rel: rel, To: to}} }
}

func TestWhatIsWrongIsNamedByItsField(t *testing.T) {
	b := newBook()
	for _, c := range []struct {
		name   string
		change func(*record.Record)
		field  string // "" when nothing is wrong
	}{
		{"nothing", func(*record.Record) {}, ""},
		{"as many characters as fit, of four bytes each", func(r *record.Record) { text(r, "title", strings.Repeat("𠀀", 40)) }, ""},
		{"one character too many", func(r *record.Record) { text(r, "title", strings.Repeat("水", 41)) }, "texts.en.title"},
		{"a line break where there is one line", func(r *record.Record) { text(r, "title", "a\nb") }, "texts.en.title"},
		{"line breaks in Markdown", func(r *record.Record) { text(r, "body", "a\n\nb") }, ""},
		{"a control character", func(r *record.Record) { text(r, "title", "a\x07b") }, "texts.en.title"},
		{"NUL", func(r *record.Record) { text(r, "body", "a\x00b") }, "texts.en.body"},
		{"an override of direction", func(r *record.Record) { text(r, "title", "a\u202eb") }, "texts.en.title"},
		{"an isolate", func(r *record.Record) { text(r, "title", "a\u2066b") }, "texts.en.title"},
		{"the joiner that Persian needs", func(r *record.Record) {
			r.Texts["fa"] = record.Version{Provenance: record.Human, Fields: map[string]string{"title": "می‌خواهم"}}
		}, ""},
		{"bytes that are no text", func(r *record.Record) { text(r, "title", "a\xffb") }, "texts.en.title"},
		{"a required text is missing", func(r *record.Record) { delete(r.Texts["en"].Fields, "body") }, "texts.en.body"},
		{"a text the kind does not have", func(r *record.Record) { text(r, "poem", "a") }, "texts.en.poem"},
		{"a language that is none", func(r *record.Record) { r.Texts["english"] = r.Texts["en"] }, "texts.english.lang"},
		{"a language not in its canonical form", func(r *record.Record) { r.Texts["EN"] = r.Texts["en"] }, "texts.EN.lang"},
		{"a source that is no language", func(r *record.Record) { r.Source = "klingonish" }, "source"},
		{"no source", func(r *record.Record) { r.Source = "" }, "source"},
		{"a provenance nobody knows", func(r *record.Record) {
			r.Texts["ru"] = record.Version{Provenance: "oracle", Fields: map[string]string{"title": "Вода"}}
		}, "texts.ru.provenance"},
		{"more languages than there may be", func(r *record.Record) {
			for i := range record.MaxLanguages {
				r.Texts[fmt.Sprintf("en-x-%d", i)] = r.Texts["en"]
			}
		}, "texts"},
		{"an id of another kind", func(r *record.Record) { r.ID = id.Derive(node, "offer", "1") }, "id"},
		{"an owner that is no id", func(r *record.Record) { r.Owner = "me" }, "owner"},
		{"a party that is no id", func(r *record.Record) { r.Party = "n.example/state/x" }, "party"},
		{"a body against its rules", func(r *record.Record) { r.Body.(*notice).Level = 10 }, "body.level"},

		{"a file", file(func(*record.File) {}), ""},
		{"a file in a folder", named("a/b.pdf"), "files.name"},
		{"a file above", named("../b.pdf"), "files.name"},
		{"a file that is the folder above", named(".."), "files.name"},
		{"a file in a folder of another system", named(`..\b.pdf`), "files.name"},
		{"a hidden file", named(".bashrc"), "files.name"},
		{"a file without a name", named(""), "files.name"},
		{"a file name that hides its end", named("fdp.\u202eexe"), "files.name"},
		{"a file name with a header in it", named("a\r\nX-Bad: 1"), "files.name"},
		{"a file name with NUL", named("a\x00.pdf"), "files.name"},
		{"a long file name", named(strings.Repeat("ж", 101)), "files.name"},
		{"a digest in capitals", file(func(f *record.File) { f.SHA256 = strings.Repeat("0A", 32) }), "files.sha256"},
		{"a short digest", file(func(f *record.File) { f.SHA256 = "0a" }), "files.sha256"},
		{"a digest that is a path", file(func(f *record.File) { f.SHA256 = strings.Repeat("../", 21) + "a" }), "files.sha256"},
		{"a negative size", file(func(f *record.File) { f.Size = -1 }), "files.size"},
		{"a tier nobody knows", file(func(f *record.File) { f.Tier = "secret" }), "files.tier"},
		{"a media type with a header in it", file(func(f *record.File) { f.MediaType = "text/html\r\nX-Bad: 1" }), "files.media_type"},
		{"what an image shows, turned around", file(func(f *record.File) { f.Alt = map[string]string{"en": "a\u202eb"} }), "files.alt"},
		{"what an image shows, endless", file(func(f *record.File) { f.Alt = map[string]string{"en": strings.Repeat("a", 2001)} }), "files.alt"},
		{"what an image shows, in no language", file(func(f *record.File) { f.Alt = map[string]string{"": "a"} }), "files.alt"},
		{"too many files", func(r *record.Record) { r.Files = make([]record.File, record.MaxFiles+1) }, "files"},

		{"a note", remark("ru", "Исправлено."), ""},
		{"a note in no language", remark("x!", "a"), "notes"},
		{"a note that says nothing", remark("en", " "), "notes"},
		{"a long note of many bytes", remark("zh", strings.Repeat("水", record.MaxNote)), ""},
		{"a note that is too long", remark("zh", strings.Repeat("水", record.MaxNote+1)), "notes"},
		{"a note that is turned around", remark("en", "a\u202eb"), "notes"},
		{"a note of an unknown type", func(r *record.Record) {
			r.Notes = []record.Note{{Type: "gossip", Text: map[string]string{"en": "a"}}}
		}, "notes"},
		{"a note from before writing", func(r *record.Record) { remark("en", "a")(r); r.Notes[0].At = time.Date(1, 2, 3, 0, 0, 0, 0, time.UTC) }, "notes"},
		{"too many notes", func(r *record.Record) {
			for range record.MaxNotes + 1 {
				r.Notes = append(r.Notes, *note("fact"))
			}
		}, "notes"},

		{"a link", link("about", "https://example.org/?a=1&b=水"), ""},
		{"a link of no relation", link("", "https://example.org/"), "links"},
		{"a link to nothing", link("about", ""), "links"},
		{"a link with NUL", link("about", "a\x00b"), "links"},
		{"a link of two lines", link("about", "a\nb"), "links"},
		{"an endless link", link("about", strings.Repeat("a", 2001)), "links"},
		{"too many links", func(r *record.Record) {
			for i := range record.MaxLinks + 1 {
				r.Links = append(r.Links, record.Link{Rel: "about", To: fmt.Sprint(i)})
			}
		}, "links"},

		{"a zone", func(r *record.Record) { r.Zone = "Asia/Tashkent" }, ""},
		{"a zone that is none", func(r *record.Record) { r.Zone = "Asia/Atlantis" }, "zone"},
		{"a zone that is a path", func(r *record.Record) { r.Zone = "../../../etc/passwd" }, "zone"},
		{"a zone from the root", func(r *record.Record) { r.Zone = "/etc/localtime" }, "zone"},
		{"the server's own zone", func(r *record.Record) { r.Zone = "Local" }, "zone"},

		{"an origin", func(r *record.Record) { r.OriginURL = "https://пример.рф/статья" }, ""},
		{"an origin that is a script", func(r *record.Record) { r.OriginURL = "javascript:alert(1)" }, "origin_url"},
		{"an origin without a host", func(r *record.Record) { r.OriginURL = "https:///a" }, "origin_url"},
		{"an origin with a password", func(r *record.Record) { r.OriginURL = "https://a:b@example.org/" }, "origin_url"},
		{"an origin that is a file", func(r *record.Record) { r.OriginURL = "file:///etc/passwd" }, "origin_url"},
		{"an endless origin", func(r *record.Record) { r.OriginURL = "https://example.org/" + strings.Repeat("a", 2000) }, "origin_url"},

		{"valid into the far future", func(r *record.Record) { r.ValidTo = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) }, "valid_to"},
		{"confirmed in antiquity", func(r *record.Record) { r.Confirmed = time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC) }, "confirmed"},
		{"published in a year no calendar writes", func(r *record.Record) { r.PublishAt = time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC) }, "publish_at"},
		{"updated in the far future", func(r *record.Record) { r.Updated = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) }, "updated"},
		{"created in antiquity", func(r *record.Record) { r.Created = time.Date(3, 1, 1, 0, 0, 0, 0, time.UTC) }, "created"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := valid()
			c.change(r)
			err := b.Validate(r, false)
			if c.field == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil {
				t.Fatal("nothing was said")
			}
			if f := fault.Of(err); f.Field != c.field || f.Code != fault.Invalid {
				t.Errorf("%s is blamed: %v", f.Field, f)
			}
		})
	}
}

func TestADraftMayLackWhatIsRequiredButSayNothingWrong(t *testing.T) {
	b := newBook()
	r := valid()
	r.Texts = map[string]record.Version{}
	if err := b.Validate(r, true); err != nil {
		t.Error(err)
	}
	r.Body.(*notice).Level = 10
	r.OriginURL = "x"
	if err := b.Validate(r, true); err == nil || len(fault.Of(err).All()) != 2 {
		t.Errorf("not both faults at once: %v", err)
	}
}

func TestCleaningSaysWhatItDropped(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
		dropped          bool
	}{
		{"plain text", "Water", "Water", false},
		{"blank ends", "  Water\n", "Water", false},
		{"decomposed letters", "Ко\u0438\u0306", "Ко\u0439", true},
		{"line ends of another system", "a\r\nb", "a\nb", true},
		{"an override", "a\u202eb", "ab", true},
		{"nothing but blanks", " \n ", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := valid()
			text(r, "title", c.text)
			dropped := r.Clean()
			if got := r.Text("en", "title"); got != c.want || dropped != c.dropped {
				t.Errorf("%q, %v", got, dropped)
			}
			if r.Clean() {
				t.Error("cleaning twice is not cleaning once")
			}
		})
	}
}

// FuzzReceive sends anything. What is taken in keeps its digest however often it is
// written and read, and what is not is the sender's fault, not ours.
func FuzzReceive(f *testing.F) {
	b := newBook()
	r := valid()
	r.Files = []record.File{{Name: "a.pdf", MediaType: "application/pdf", Size: 1, SHA256: strings.Repeat("0a", 32), Tier: record.Public}}
	r.Notes = []record.Note{*note("fact")}
	canonical, err := r.Canonical()
	if err != nil {
		f.Fatal(err)
	}
	good := string(canonical)
	for _, s := range []string{good, "", "null", "[]", "{}", `{"kind":"notice"}`, `{"kind":"notice","body":null}`, `{"kind":"notice","body":[]}`,
		strings.Replace(good, `{`, `{"later":{"n":1e400},`, 1), strings.Replace(good, `{`, `{"later":"\ud800",`, 1), strings.Replace(good, `{`, `{"ID":"x","later":[12345678901234567890,-0,1e-7],`, 1),
		strings.Replace(good, `"level":3`, `"level":3,"level":4,"Level":5,"newer":{}`, 1), strings.Replace(good, "2026", "9999", 2), strings.Replace(good, "2026-03-01T12:00:00Z", "0000-01-01T00:00:00+23:59", -1),
		strings.Replace(good, `"texts":{`, `"texts":{"ru":{"provenance":"human","fields":null},`, 1), strings.Replace(good, `"files":[`, `"files":[null,`, 1)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<14 {
			return
		}
		in, err := b.Receive(data)
		if err != nil {
			if c := fault.Of(err).Code; c != fault.Invalid && c != fault.TooLarge {
				t.Fatalf("not the sender's fault: %v", err)
			}
			return
		}
		again, err := b.Receive(in.Canonical)
		if err != nil {
			t.Fatalf("cannot read what it wrote: %v\n%s", err, in.Canonical)
		}
		if again.Record.Digest != in.Record.Digest {
			t.Fatalf("the digest changed:\n%s\n%s", in.Canonical, again.Canonical)
		}
		c, err := b.Copy(in.Record)
		if err != nil {
			t.Fatal(err)
		}
		if out, err := c.Canonical(); err != nil || record.Digest(out) != in.Record.Digest {
			t.Fatalf("a copy is not the same: %v\n%s\n%s", err, in.Canonical, out)
		}
		if _, err := record.Flatten(c); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTooMuchIsRefused(t *testing.T) {
	b := newBook()
	if _, err := b.Receive(make([]byte, record.MaxSize+1)); !fault.Is(err, fault.TooLarge) {
		t.Errorf("%v", err)
	}
	r := valid()
	for i := range record.MaxLanguages - 1 {
		r.Texts[fmt.Sprintf("en-x-%d", i)] = record.Version{Provenance: record.Human, Fields: map[string]string{"body": strings.Repeat("水", 10_000)}}
	}
	if _, err := r.Canonical(); !fault.Is(err, fault.TooLarge) {
		t.Errorf("%v", err)
	}
}
