package site_test

import (
	"archive/zip"
	"bytes"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"
	"unicode/utf8"

	"karvan/record"
	"karvan/site"
)

const (
	png = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
	pdf = "%PDF-1.7\n%"
)

// zipped is a zip archive with files of these names and contents.
func zipped(t testing.TB, names ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		name, content, _ := strings.Cut(name, "=")
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSniff(t *testing.T) {
	docx := zipped(t, "[Content_Types].xml=x", "word/document.xml=x")
	for _, c := range []struct{ name, file, content, want string }{
		{"a picture", "a.png", png, "image/png"},
		{"a document", "a.PDF", pdf, "application/pdf"},
		{"a table", "a.csv", "name;value\nwater;1\n", "text/csv"},
		{"a text in Persian", "a.txt", "متن ساده", "text/plain"},
		{"an office document", "a.docx", docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"an open document", "a.odt", zipped(t, "mimetype=application/vnd.oasis.opendocument.text", "content.xml=x"), "application/vnd.oasis.opendocument.text"},
		{"a spreadsheet", "a.xlsx", zipped(t, "[Content_Types].xml=x", "xl/workbook.xml=x"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		{"a page", "a.html", "<html><script>alert(1)</script>", ""},
		{"a page that says it is a text", "a.txt", "<html><script>alert(1)</script>", ""},
		{"a page behind some text", "a.csv", "a;b\n<script>alert(1)</script>", ""},
		{"a drawing", "a.svg", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, ""},
		{"a drawing that says it is a picture", "a.png", `<svg xmlns="http://www.w3.org/2000/svg"/>`, ""},
		{"a picture that says it is a document", "a.pdf", png, ""},
		{"a picture with two endings", "a.png.html", png, ""},
		{"an archive", "a.zip", zipped(t, "a=x"), ""},
		{"an archive that says it is a document", "a.docx", zipped(t, "a=x"), ""},
		{"a spreadsheet that says it is a document", "a.docx", zipped(t, "[Content_Types].xml=x", "xl/workbook.xml=x"), ""},
		{"a document with macros", "a.docx", zipped(t, "[Content_Types].xml=x", "word/document.xml=x", "word/vbaProject.bin=x"), ""},
		{"a program", "a.exe", "MZ\x90\x00", ""},
		{"bytes that are no text", "a.txt", "a\x00b", ""},
		{"nothing", "a.txt", "", ""},
		{"no ending", "a", pdf, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := site.Sniff(c.file, []byte(c.content))
			if got != c.want || (err == nil) != (c.want != "") {
				t.Errorf("%s is %q (%v), want %q", c.file, got, err, c.want)
			}
		})
	}
}

const digestOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func TestFileName(t *testing.T) {
	for _, c := range []struct{ name, given, mediaType, want string }{
		{"a plain name", "Report 2022.pdf", "application/pdf", "Report-2022.pdf"},
		{"folders", `..\..\etc/passwd.txt`, "text/plain", "passwd.txt"},
		{"a hidden file", ".htaccess.txt", "text/plain", "htaccess.txt"},
		{"an ending turned round", "a\u202efdp.exe.pdf", "application/pdf", "afdp.exe.pdf"},
		{"reserved characters", "a<b>:c?.csv", "text/csv", "a_b__c.csv"},
		{"Chinese", "报告.pdf", "application/pdf", "报告.pdf"},
		{"a picture with a name that Markdown cannot hold", "图.png", "image/png", "file-e3b0c442.png"},
		{"nothing but an ending", ".png", "image/png", "file-e3b0c442.png"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := site.FileName(c.given, c.mediaType, digestOfNothing); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzFileName(f *testing.F) {
	for _, s := range []string{"a.pdf", "../../x.txt", strings.Repeat("语", 300) + ".csv", "\u202e\x00.png", "...", "a/.b", `c:\d.docx`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, mediaType := range []string{"image/png", "text/csv"} {
			name := site.FileName(s, mediaType, digestOfNothing)
			file := record.File{Name: name, SHA256: digestOfNothing, Tier: record.Public}
			if err := file.Validate(); err != nil || name != path.Base(name) || !utf8.ValidString(name) {
				t.Errorf("%q becomes %q: %v", s, name, err)
			}
		}
	})
}

func TestUpload(t *testing.T) {
	w := newWorld(t)
	made := w.create("aigerim", item("With a picture"))
	b := w.as("aigerim")
	to := pathOfItem(made) + "/files"
	form := url.Values{"base": {"1"}, "tier": {"public"}}
	picture := file{"file", `..\my picture.png`, "text/html", png}
	b.upload(to, form, picture).want(http.StatusUnprocessableEntity).has(".errors", "Say what the picture shows")
	b.upload(to, form).want(http.StatusUnprocessableEntity).has(".errors", "Choose a file.")
	b.upload(to, form, file{"file", "a.svg", "image/png", "<svg/>"}).want(http.StatusUnsupportedMediaType).has(".errors", "This type of file is not taken")
	b.upload(to, form, file{"file", "a.pdf", "application/pdf", pdf + strings.Repeat("x", 1<<20)}).want(http.StatusRequestEntityTooLarge)
	form.Set("alt.en", "A canal in spring")
	b.upload(to, form, picture).want(http.StatusSeeOther)
	b.upload(to, form, picture).want(http.StatusConflict)
	form.Set("base", "2")
	b.upload(to, form, picture).want(http.StatusUnprocessableEntity).has(".errors", "already there")

	w.as("chen").upload(to, form, picture).want(http.StatusNotFound)
	w.as("").upload(to, form, picture).want(http.StatusUnauthorized)

	f := w.newest(made.ID).Files[0]
	if f.Name != "my-picture.png" || f.MediaType != "image/png" || f.Tier != record.Public || f.Alt["en"] != "A canal in spring" || f.Size != int64(len(png)) {
		t.Errorf("kept %+v", f)
	}
	at := "/files/" + f.SHA256 + "/" + f.Name
	of := at + "?of=" + url.QueryEscape(string(made.ID))
	for who, want := range map[string]int{"": http.StatusNotFound, "chen": http.StatusNotFound, "bolat": http.StatusOK} {
		if p := w.as(who).get(of); p.Status != want {
			t.Errorf("%q gets %d for an attachment of a draft, want %d", who, p.Status, want)
		}
	}
	w.edit("aigerim", made.ID, func(r *record.Record) {
		r.Texts["en"].Fields["body"] += "\n\n![A canal](" + at + ")"
	})
	if got := w.as("bolat").get(pathOfItem(made)).attrs(".prose img", "src"); len(got) != 1 || got[0] != of {
		t.Errorf("the draft shows %v, want %s", got, of)
	}
	w.publish("aigerim", "bolat", made)
	p := w.as("").get(pathOfItem(made))
	if got := p.attrs(".prose img", "src"); len(got) != 1 || got[0] != at {
		t.Errorf("the page shows %v, want %s", got, at)
	}
	if got := p.attrs("figure img", "alt"); len(got) != 1 || got[0] != "A canal in spring" {
		t.Errorf("the picture is described as %v", got)
	}
	served := w.as("").get(at).want(http.StatusOK)
	for name, want := range map[string]string{
		"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox",
		"Content-Disposition": `inline; filename=my-picture.png`, "Cache-Control": "public, max-age=31536000, immutable",
	} {
		if got := served.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	w.as("").get("/files/" + f.SHA256 + "/other.png").want(http.StatusNotFound)
	w.as("").get("/files/" + digestOfNothing + "/" + f.Name).want(http.StatusNotFound)
	w.as("").get("/files/..%2f..%2fetc/passwd").want(http.StatusNotFound)
}

func TestFilesThatAreNotPublic(t *testing.T) {
	w := newWorld(t)
	made := w.create("aigerim", item("With a contract"))
	b := w.as("aigerim")
	b.upload(pathOfItem(made)+"/files", url.Values{"base": {"1"}, "tier": {"confidential"}}, file{"file", "contract.pdf", "application/pdf", pdf}).want(http.StatusSeeOther)
	b.upload(pathOfItem(made)+"/files", url.Values{"base": {"2"}, "tier": {"public"}}, file{"file", "table.csv", "text/csv", "a;b\n"}).want(http.StatusSeeOther)
	files := w.newest(made.ID).Files
	w.publish("aigerim", "bolat", made)
	closed, open := "/files/"+files[0].SHA256+"/contract.pdf", "/files/"+files[1].SHA256+"/table.csv"
	w.as("").get(pathOfItem(made)).lacks("article", "contract.pdf").has("article", "table.csv")
	w.as("").get(closed).want(http.StatusNotFound)
	w.as("chen").get(closed + "?of=" + url.QueryEscape(string(made.ID))).want(http.StatusNotFound)
	served := w.as("bolat").get(closed + "?of=" + url.QueryEscape(string(made.ID))).want(http.StatusOK)
	if got := served.Header.Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("a confidential file may be kept: %q", got)
	}
	if got := w.as("").get(open).want(http.StatusOK).Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") {
		t.Errorf("a table opens within the browser: %q", got)
	}
	b.follow(pathOfItem(made)+"/files", url.Values{"base": {"5"}, "remove": {files[1].SHA256}}).has("[role=status]", "The attachment was removed.")
	w.as("").get(open).want(http.StatusOK) // still public until the change is
	if left := w.newest(made.ID).Files; len(left) != 1 {
		t.Errorf("%d attachments are left, want one", len(left))
	}
}

func TestDo(t *testing.T) {
	w := newWorld(t)
	made := w.create("aigerim", item("Steps"))
	b := w.as("aigerim")
	to := pathOfItem(made) + "/do"
	b.post(to, url.Values{"verb": {"applaud"}, "base": {"1"}}).want(http.StatusUnprocessableEntity)
	b.post(to, url.Values{"verb": {"expire"}, "base": {"1"}}).want(http.StatusUnprocessableEntity)
	b.post(to, url.Values{"verb": {"submit"}}).want(http.StatusUnprocessableEntity)
	b.post(to, url.Values{"verb": {"publish"}, "base": {"1"}}).want(http.StatusConflict)
	b.follow(to, url.Values{"verb": {"submit"}, "base": {"1"}}).has("[role=status]", "waits for a second person")
	p := w.as("bolat").post(to, url.Values{"verb": {"schedule"}, "base": {"2"}, "at": {"2022-03-22T00:30"}, "zone": {"Asia/Tehran"}})
	p.want(http.StatusUnprocessableEntity).has(".errors", "skip this hour")
	if p.value("at") != "2022-03-22T00:30" || p.value("zone") != "Asia/Tehran" {
		t.Errorf("the form keeps %q in %q", p.value("at"), p.value("zone"))
	}
	w.as("bolat").post(to, url.Values{"verb": {"schedule"}, "base": {"2"}, "date": {"2026-03-01"}, "time": {"09:00"}}).want(http.StatusUnprocessableEntity).has(".errors", "Choose an instant in the future.")
	w.as("bolat").follow(to, url.Values{"verb": {"schedule"}, "base": {"2"}, "date": {"2026-03-05"}, "time": {"14:00"}})
	if got := w.newest(made.ID).PublishAt.Format("2006-01-02T15:04Z"); got != "2026-03-05T09:00Z" {
		t.Errorf("14:00 on the clocks of Almaty is %s", got)
	}
	p = w.as("bolat").post(to, url.Values{"verb": {"return"}, "base": {"2"}, "note": {"Kept reason"}}).want(http.StatusConflict)
	p.has("[role=alert]", "Somebody else saved this record")
	if p.value("note") != "Kept reason" || p.value("base") != "3" {
		t.Errorf("the form keeps %q on %q", p.value("note"), p.value("base"))
	}
	w.as("bolat").post(to, p.form("/do")).want(http.StatusSeeOther)
}

func TestPublishingWithoutASecondPerson(t *testing.T) {
	w := newWorld(t)
	offer := w.offer("节水灌溉")
	r := w.create("guo", &record.Record{Kind: "offer", Owner: institute, Party: china, Source: "zh", Texts: offer.Texts, Body: offer.Body})
	to := "/en/catalogue/" + r.ID.ULID() + "/do"
	w.as("guo").post(to, url.Values{"verb": {"publish"}, "base": {"1"}}).want(http.StatusSeeOther)
	if got := w.newest(r.ID); got.State != record.Published || got.Rev != 3 {
		t.Errorf("%s in revision %d", got.State, got.Rev)
	}
	w.as("guo").post(to, url.Values{"verb": {"suspend"}, "base": {"3"}, "note": {"Sold out"}}).want(http.StatusSeeOther)
	w.as("guo").post(to, url.Values{"verb": {"resume"}, "base": {"4"}}).want(http.StatusSeeOther)
	if got := w.newest(r.ID).State; got != record.Published {
		t.Errorf("the undone suspension leaves it %s", got)
	}
	w.as("").get("/en/catalogue/"+r.ID.ULID()+"/history").want(http.StatusOK).has("tbody", "Sold out")
	w.as("").get("/en/catalogue/" + r.ID.ULID() + "/history/4").want(http.StatusOK)
}

func TestRevisionShowsWhatChanged(t *testing.T) {
	w := newWorld(t)
	made := w.announce("The old plan")
	w.edit("aigerim", made.ID, func(r *record.Record) {
		r.Texts["en"].Fields["title"] = "The new plan"
		r.PublishAt, r.Zone = testStart.AddDate(0, 1, 0), "Asia/Almaty"
		r.Notes = append(r.Notes, *reason("wording", "Clearer").Note)
	})
	w.do("aigerim", made.ID, "submit", record.Options{})
	w.do("bolat", made.ID, "publish", record.Options{})
	p := w.as("").get(pathOfItem(made) + "/history/6").want(http.StatusOK)
	p.has(".diff del", "old")
	p.has(".diff ins", "new")
	p.has("h2", "What changed since revision 3")
	p.has(".kv", "fits the content")
	p.has(".diff dt", "Time zone")
	w.as("").get(pathOfItem(made)+"/history/3").want(http.StatusOK).has("section h4", "Title").has("main", "The old plan").has(".notice--warn", "It has changed since")
	for _, rev := range []string{"0", "1", "4", "7", "x", "999999999999999999999"} {
		w.as("").get(pathOfItem(made) + "/history/" + rev).want(http.StatusNotFound)
	}
	w.as("bolat").get(pathOfItem(made)+"/history/4").want(http.StatusOK).has(".notice--warn", "not public")
}

func TestADiscardedChangeLeavesWhatWasPublished(t *testing.T) {
	w := newWorld(t)
	made := w.announce("Stays")
	w.edit("aigerim", made.ID, func(r *record.Record) { r.Texts["en"].Fields["title"] = "Goes" })
	w.as("aigerim").follow(pathOfItem(made)+"/do", url.Values{"verb": {"discard"}, "base": {"4"}}).has("h1", "Stays")
	w.as("").get(pathOfItem(made)).want(http.StatusOK).has("h1", "Stays")
	draft := w.create("aigerim", item("Never seen"))
	w.as("aigerim").follow(pathOfItem(draft)+"/do", url.Values{"verb": {"discard"}, "base": {"1"}}).has("h1", "Announcement board")
	w.as("").get(pathOfItem(draft)).want(http.StatusNotFound)
	w.as("aigerim").get(pathOfItem(draft)).want(http.StatusGone)
}
