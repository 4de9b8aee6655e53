package api_test

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"karvan/announcements"
	"karvan/api"
	"karvan/catalogue"
	"karvan/internal/lang"
	"karvan/internal/testkit"
	"karvan/parties"
	"karvan/record"
)

var feedLists = []string{"board", "catalogue", "commitments", "events", "organisations", "search"}

// element is an XML element with all that is in it.
type element struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Inside  []element  `xml:",any"`
}

func (e element) all(name string) (found []element) {
	for _, in := range e.Inside {
		if in.XMLName.Local == name {
			found = append(found, in)
		}
	}
	return found
}

func (e element) one(t testing.TB, name string) element {
	t.Helper()
	found := e.all(name)
	if len(found) != 1 {
		t.Fatalf("<%s> has %d <%s>, want 1", e.XMLName.Local, len(found), name)
	}
	return found[0]
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func parseXML(t testing.TB, body []byte) element {
	t.Helper()
	var e element
	if err := xml.Unmarshal(body, &e); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return e
}

// lint checks with another parser that a document is well-formed.
func lint(t *testing.T, body []byte) {
	t.Helper()
	tool, err := exec.LookPath("xmllint")
	if err != nil {
		testkit.Missing(t, "xmllint", "install libxml2-utils")
	}
	cmd := exec.Command(tool, "--noout", "--nonet", "-")
	cmd.Stdin = bytes.NewReader(body)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("xmllint: %v\n%s", err, out)
	}
}

// What RFC 4287 asks of every feed and entry.
func TestAtomHasWhatItsStandardAsks(t *testing.T) {
	w := newWorld(t)
	w.populate()
	for _, list := range feedLists {
		for _, tag := range lang.Interface {
			rec := w.ok("/" + string(tag) + "/" + list + ".atom")
			feed := parseXML(t, rec.Body.Bytes())
			if feed.XMLName != (xml.Name{Space: "http://www.w3.org/2005/Atom", Local: "feed"}) || feed.attr("lang") != string(tag) {
				t.Fatalf("%s %s: root %v", list, tag, feed.XMLName)
			}
			feed.one(t, "id")
			feed.one(t, "title")
			author := feed.one(t, "author")
			author.one(t, "name")
			if updated := feed.one(t, "updated"); !isTime(updated.Text) {
				t.Errorf("updated %q", updated.Text)
			}
			checkLinks(t, feed.all("link"), true)
			entries := feed.all("entry")
			if len(entries) == 0 {
				t.Errorf("%s %s is empty", list, tag)
			}
			ids := map[string]bool{}
			for _, e := range entries {
				name := e.one(t, "id").Text
				if ids[name] || !regexp.MustCompile(`^tag:n\.example,2026-03-01:[a-z]+/[0-9A-Z]{26}$`).MatchString(name) {
					t.Errorf("id %q", name)
				}
				ids[name] = true
				if e.attr("lang") == "" || e.one(t, "title").Text == "" || e.one(t, "content").attr("type") != "html" {
					t.Errorf("entry %s lacks language, title or content", name)
				}
				if !isTime(e.one(t, "updated").Text) || !isTime(e.one(t, "published").Text) {
					t.Errorf("entry %s has no times", name)
				}
				who := e.one(t, "author")
				if who.one(t, "name").Text == "" {
					t.Errorf("entry %s has no author", name)
				}
				checkLinks(t, e.all("link"), false)
			}
		}
	}
	lint(t, w.ok("/fa/search.atom").Body.Bytes())
}

func isTime(s string) bool {
	_, err := time.Parse(time.RFC3339, s)
	return err == nil
}

// checkLinks refuses two alternates with the same type and language, which RFC
// 4287 forbids.
func checkLinks(t *testing.T, links []element, self bool) {
	t.Helper()
	seen, selves := map[string]bool{}, 0
	for _, l := range links {
		if !strings.HasPrefix(l.attr("href"), base+"/") {
			t.Errorf("link to %q", l.attr("href"))
		}
		if l.attr("rel") == "self" {
			selves++
		}
		key := l.attr("rel") + " " + l.attr("type") + " " + l.attr("hreflang")
		if l.attr("rel") == "alternate" && (seen[key] || l.attr("hreflang") == "") {
			t.Errorf("a second link %s", key)
		}
		seen[key] = true
	}
	if self != (selves == 1) {
		t.Errorf("%d links to itself", selves)
	}
}

func TestRSSHasWhatItsSpecificationAsks(t *testing.T) {
	w := newWorld(t)
	w.populate()
	rec := w.ok("/ru/search.rss")
	lint(t, rec.Body.Bytes())
	rss := parseXML(t, rec.Body.Bytes())
	channel := rss.one(t, "channel")
	if rss.attr("version") != "2.0" || channel.one(t, "title").Text == "" || channel.one(t, "description").Text == "" || channel.one(t, "language").Text != "ru" {
		t.Errorf("channel %s", rec.Body)
	}
	links, selfs := 0, 0
	for _, l := range channel.all("link") {
		if l.XMLName.Space == "" {
			links++
		} else if l.attr("rel") == "self" && l.attr("href") == base+"/ru/search.rss" {
			selfs++
		}
	}
	if links != 1 || selfs != 1 {
		t.Errorf("%d links and %d to itself", links, selfs)
	}
	for _, item := range channel.all("item") {
		if item.one(t, "guid").attr("isPermaLink") != "false" || item.one(t, "title").Text == "" || item.one(t, "language").Text == "" || item.one(t, "creator").Text == "" {
			t.Errorf("item %+v", item)
		}
		if _, err := time.Parse(time.RFC1123Z, item.one(t, "pubDate").Text); err != nil {
			t.Error(err)
		}
	}
}

func TestJSONFeedHasWhatItsSpecificationAsks(t *testing.T) {
	w := newWorld(t)
	w.populate()
	type feed struct {
		Version, Title, Language string
		Home                     string `json:"home_page_url"`
		URL                      string `json:"feed_url"`
		Authors                  []struct{ Name string }
		Items                    []struct {
			ID, URL, Title, Language string
			HTML                     string    `json:"content_html"`
			Published                time.Time `json:"date_published"`
			Modified                 time.Time `json:"date_modified"`
			Authors                  []struct{ Name string }
			Karvan                   struct {
				ID, Digest, State string
				Rev               int
				Notes             []struct{ Type string }
			} `json:"_karvan"`
		}
	}
	rec := w.ok("/zh/search.json")
	f := decode[feed](t, rec)
	if f.Version != "https://jsonfeed.org/version/1.1" || f.Title == "" || f.Language != "zh" || f.Home != base+"/zh/search" || f.URL != base+"/zh/search.json" || len(f.Authors) == 0 {
		t.Errorf("feed %+v", f)
	}
	if got := rec.Header().Get("Content-Type"); got != "application/feed+json" {
		t.Error(got)
	}
	for _, i := range f.Items {
		if i.ID == "" || i.URL == "" || i.Title == "" || i.Published.IsZero() || i.Modified.IsZero() || len(i.Authors) != 1 || i.Authors[0].Name == "" ||
			i.Karvan.ID == "" || len(i.Karvan.Digest) != 64 || i.Karvan.Rev < 1 || i.Karvan.Notes == nil {
			t.Errorf("item %+v", i)
		}
	}
	if empty := decode[feed](t, w.ok("/zh/search.json?q=zeppelin")); empty.Items == nil || len(empty.Items) != 0 {
		t.Error("an empty feed has no list of items")
	}
}

func TestEntriesSpeakTheBestLanguageThereIs(t *testing.T) {
	w := newWorld(t)
	w.populate()
	titles := func(tag string) map[string]string {
		found := map[string]string{}
		feed := parseXML(t, w.ok("/"+tag+"/board.atom").Body.Bytes())
		for _, e := range feed.all("entry") {
			found[e.one(t, "title").Text] = e.attr("lang") + " " + e.one(t, "content").attr("lang")
		}
		return found
	}
	for _, test := range []struct{ feed, title, lang string }{
		{"en", "Water & <bread>", "en en"}, {"ru", "Вода и хлеб", "ru ru"}, {"fa", "آب و نان", "fa fa"}, {"zh", "水与面包", "zh zh"},
		{"en", "خاک", "fa fa"}, {"zh", "خاک", "fa fa"}, {"ru", "Yield", "en en"},
	} {
		if got := titles(test.feed)[test.title]; got != test.lang {
			t.Errorf("in %s, %q is marked %q, want %q", test.feed, test.title, got, test.lang)
		}
	}
	body := w.ok("/en/board.json?topic=soil").Body.String()
	if !strings.Contains(body, `lang=\"fa\" dir=\"rtl\"`) {
		t.Errorf("Persian content without its direction: %s", body)
	}
}

func TestContentIsSanitisedAndComplete(t *testing.T) {
	w := newWorld(t)
	w.populate()
	feed := parseXML(t, w.ok("/en/board.atom?topic=food").Body.Bytes())
	e := feed.one(t, "entry")
	content := e.one(t, "content").Text
	if strings.Contains(content, "<script") || !strings.Contains(content, "<strong>bold</strong>") || !strings.Contains(content, `href="`+base+`/en/board"`) || !strings.Contains(content, "Both &#34;now&#34;.") {
		t.Errorf("content %s", content)
	}
	var labels []string
	for _, c := range e.all("category") {
		labels = append(labels, c.attr("term")+"="+c.attr("label"))
	}
	if want := []string{"announcement=Announcement", "water=Water", "food=Food"}; !slices.Equal(labels, want) {
		t.Errorf("categories %v", labels)
	}
	if author := e.one(t, "author"); author.one(t, "name").Text != "Kazakhstan" {
		t.Errorf("author %+v", author)
	}
	if n := len(e.all("link")); n != 6 {
		t.Errorf("%d links, want a page in each of four languages, the record and its history", n)
	}
}

func TestWhatHappenedToAnItemIsSeenInTheFeed(t *testing.T) {
	w := newWorld(t)
	w.populate()
	r := w.put(announcement("Followed"))
	find := func() element {
		feed := parseXML(t, w.ok("/en/board.atom?q=Followed").Body.Bytes())
		return feed.one(t, "entry")
	}
	first := find()
	r = w.then(r, record.Published, func(r *record.Record) {
		r.Texts["en"].Fields["body"] = "New body."
		w.note(r, "fact", "The number was wrong.")
	})
	corrected := find()
	content := corrected.one(t, "content").Text
	note, body := strings.Index(content, "The number was wrong."), strings.Index(content, "New body.")
	if corrected.one(t, "id").Text != first.one(t, "id").Text || corrected.one(t, "published").Text != first.one(t, "published").Text ||
		corrected.one(t, "updated").Text <= first.one(t, "updated").Text || note < 0 || body < note || !strings.Contains(content, "Correction of a fact") {
		t.Errorf("corrected entry %+v", corrected)
	}
	if feed := parseXML(t, w.ok("/en/board.atom").Body.Bytes()); feed.all("entry")[0].one(t, "id").Text != first.one(t, "id").Text {
		t.Error("the corrected entry is not on top")
	}
	draft := w.then(r, record.Draft, func(r *record.Record) { r.Texts["en"].Fields["title"] = "Followed in secret" })
	if got := find(); got.one(t, "title").Text != "Followed" {
		t.Errorf("a draft shows: %q", got.one(t, "title").Text)
	}
	w.then(draft, record.Withdrawn, func(r *record.Record) {
		r.Texts["en"].Fields["title"] = "Followed"
		w.note(r, "withdrawal", "It never happened.")
	})
	withdrawn := find()
	content = withdrawn.one(t, "content").Text
	if withdrawn.one(t, "title").Text != "[Withdrawn] Followed" || !strings.HasPrefix(content, `<p lang="en" dir="ltr"><strong>This was withdrawn.`) || !strings.Contains(content, "It never happened.") {
		t.Errorf("withdrawn entry %+v", withdrawn)
	}
	if has(w.ok("/en/board.csv"), "Followed") {
		t.Error("a withdrawn item stands in the table of what is listed")
	}
}

func TestFeedsPage(t *testing.T) {
	w := newWorld(t)
	for range 103 {
		w.put(announcement("Item"))
	}
	seen, pages := map[string]int{}, 0
	for path := "/en/board.atom?topic=water"; path != ""; {
		rec := w.ok(path)
		feed := parseXML(t, rec.Body.Bytes())
		for _, e := range feed.all("entry") {
			seen[e.one(t, "id").Text]++
		}
		pages++
		path = ""
		for _, l := range feed.all("link") {
			if l.attr("rel") == "next" {
				path = strings.TrimPrefix(l.attr("href"), base)
				if link := rec.Header().Get("Link"); link != "<"+base+path+`>; rel="next"` {
					t.Errorf("Link %q", link)
				}
			}
			if l.attr("rel") == "first" && (pages == 1 || strings.Contains(l.attr("href"), "cursor")) {
				t.Errorf("page %d links to its first, %s", pages, l.attr("href"))
			}
		}
	}
	if len(seen) != 103 || pages != 3 {
		t.Errorf("%d entries on %d pages", len(seen), pages)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.ok("/en/board.csv").Body.String(), "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 104 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func TestFeedsAreNarrowedLikeTheirPages(t *testing.T) {
	w := newWorld(t)
	w.populate()
	for _, test := range []struct {
		path string
		want int
	}{
		{"/en/board.json", 4}, {"/en/board.json?topic=soil", 1}, {"/en/board.json?party=KZ&colour=red", 3}, {"/en/catalogue.json", 2},
		{"/en/catalogue.json?kind=need", 1}, {"/en/catalogue.json?stage=prototype", 1}, {"/en/catalogue.json?fresh=1", 2}, {"/en/events.json", 1},
		{"/en/organisations.json?actor=fund", 0}, {"/en/search.json?kind=offer&kind=event", 2}, {"/en/search.json?kind=unicorn", 13},
		{"/ru/search.json?q=" + url.QueryEscape("хлеба"), 1},
	} {
		f := decode[struct{ Items []any }](t, w.ok(test.path))
		if len(f.Items) != test.want {
			t.Errorf("%s has %d items, want %d", test.path, len(f.Items), test.want)
		}
	}
	w.now = w.now.AddDate(0, 6, 0)
	if f := decode[struct{ Items []any }](t, w.ok("/en/catalogue.json?fresh=1")); len(f.Items) != 0 {
		t.Errorf("%d items are fresh after half a year", len(f.Items))
	}
}

func TestUnchangedFeedsCostNothing(t *testing.T) {
	w := newWorld(t)
	w.populate()
	for _, ending := range []string{"atom", "rss", "json", "csv"} {
		path := "/en/board." + ending
		h := w.ok(path).Header()
		for name, value := range map[string]string{"If-None-Match": h.Get("Etag"), "If-Modified-Since": h.Get("Last-Modified")} {
			if rec := w.get(path, name, value); value == "" || rec.Code != http.StatusNotModified || rec.Body.Len() > 0 {
				t.Errorf("%s with %s %q: %d", path, name, value, rec.Code)
			}
		}
		if rec := w.get(path, "If-None-Match", `"other"`, "If-Modified-Since", h.Get("Last-Modified")); rec.Code != http.StatusOK {
			t.Errorf("%s: the time overrules the tag", path)
		}
		w.put(announcement("Another"))
		for name, value := range map[string]string{"If-None-Match": h.Get("Etag"), "If-Modified-Since": h.Get("Last-Modified")} {
			if rec := w.get(path, name, value); rec.Code != http.StatusOK {
				t.Errorf("%s changed, and with %s: %d", path, name, rec.Code)
			}
		}
	}
}

func TestTablesAreSafeInSpreadsheets(t *testing.T) {
	w := newWorld(t)
	w.populate()
	for i, begin := range []string{"=1+1", "+1", "-1", "@sum", "＝1", "'quoted"} {
		r := announcement(begin)
		r.Texts["en"].Fields["summary"] = strings.Repeat("a", i+1) + "\nsecond, \"line\""
		w.put(r)
	}
	for _, list := range feedLists {
		rec := w.ok("/en/" + list + ".csv")
		text, bom := strings.CutPrefix(rec.Body.String(), "\ufeff")
		if !bom {
			t.Error("no byte order mark")
		}
		rd := csv.NewReader(strings.NewReader(text))
		for {
			row, err := rd.Read()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(cell)[0]) {
					t.Errorf("%s: a spreadsheet may run %q", list, cell)
				}
			}
		}
	}
	if !has(w.ok("/en/catalogue.csv"), `'=HYPERLINK`) {
		t.Error("the title is not there, quoted")
	}
}

func TestTablesHaveTheOrderOfTheirPages(t *testing.T) {
	w := newWorld(t)
	for i, title := range []string{"Bravo wheat", "Alpha wheat"} {
		released := announcement(title)
		released.Body = &announcements.Item{Topics: []string{"food"}, Released: parties.Date([]string{"2026-02-02", "2026-01-01"}[i]),
			EventDate: parties.Date([]string{"2025-01-01", "2025-05-05"}[i])}
		w.put(released)
		w.put(&record.Record{Kind: "need", Body: &catalogue.Profile{Type: "technology-request", Cooperation: []string{"licence"}, Fields: []string{"4.1"},
			Deadline: parties.Date([]string{"2026-01-01", "2026-12-31"}[i])}, Texts: say("en", "title", title, "en", "summary", "S.", "en", "description", "D.")})
		w.put(&record.Record{Kind: "organisation", Body: &parties.Organisation{Names: parties.Names{{Lang: "en", Name: title}}, Type: "university"}})
	}
	for _, test := range []struct{ path, first, only string }{
		{"/en/board.csv", "Bravo", ""}, {"/en/board.csv?sort=event", "Alpha", ""}, {"/en/board.csv?sort=newest&q=wheat", "Bravo", ""},
		{"/en/catalogue.csv", "Alpha", ""}, {"/en/catalogue.csv?sort=confirmed", "Alpha", ""}, {"/en/catalogue.csv?sort=deadline", "Alpha", "Bravo"},
		{"/en/organisations.csv", "Alpha", ""},
	} {
		body := w.ok(test.path).Body.String()
		alpha, bravo := strings.Index(body, "Alpha"), strings.Index(body, "Bravo")
		switch {
		case test.only != "":
			if bravo >= 0 || alpha < 0 {
				t.Errorf("%s shows a deadline that is over, or not the other", test.path)
			}
		case alpha < 0 || bravo < 0 || (alpha < bravo) != (test.first == "Alpha"):
			t.Errorf("%s does not begin with %s", test.path, test.first)
		}
	}
}

func TestOnlyFeedsAreFeeds(t *testing.T) {
	for path, want := range map[string]bool{
		"/en/board.atom": true, "/fa/search.csv": true, "/zh/organisations.json": true, "/ru/events.rss": true,
		"/en/board": false, "/de/board.atom": false, "/board.atom": false, "/en/board.xml": false, "/en/desk.atom": false, "/en/board/x.atom": false,
		"/en/board.atom/": false, "//en/board.atom": false, "en/board.atom": false, "/en/board.atom.atom": false, "": false,
	} {
		if api.IsFeed(path) != want {
			t.Errorf("IsFeed(%q) is not %v", path, want)
		}
	}
	w := newWorld(t)
	w.handler = w.api.Feeds()
	if rec := w.get("/en/desk.atom"); rec.Code != http.StatusNotFound {
		t.Error(rec.Code)
	}
	w.ok("/en/board.atom")
	if rec := w.ask(http.MethodPost, "/en/board.atom"); rec.Code != http.StatusMethodNotAllowed {
		t.Error(rec.Code)
	}
}
