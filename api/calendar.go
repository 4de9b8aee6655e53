package api

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"karvan/commitments"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/parties"
	"karvan/record"
)

// calendar writes the commitments of a list as to-dos (RFC 5545, VTODO).
func (f *feed) calendar() []byte {
	c := &calendar{}
	c.line("BEGIN", "VCALENDAR")
	c.line("VERSION", "2.0")
	c.line("PRODID", "-//Karvan//Karvan "+escapeText(f.api.Node.Version)+"//EN")
	c.line("X-WR-CALNAME", escapeText(f.title()))
	for i := range f.entries {
		if body, ok := f.entries[i].r.Body.(*commitments.Commitment); ok {
			f.todo(c, &f.entries[i], body)
		}
	}
	c.line("END", "VCALENDAR")
	return c.Bytes()
}

// todoStatus is what a stage is called in a calendar.
var todoStatus = map[commitments.Progress]string{
	commitments.Proposed: "NEEDS-ACTION", commitments.Adopted: "NEEDS-ACTION", commitments.Accepted: "NEEDS-ACTION",
	commitments.InProgress: "IN-PROCESS", commitments.Reported: "IN-PROCESS", commitments.Contested: "IN-PROCESS",
	commitments.Verified: "COMPLETED", commitments.Superseded: "CANCELLED", commitments.Lapsed: "CANCELLED", commitments.Withdrawn: "CANCELLED",
}

func (f *feed) todo(c *calendar, e *entry, body *commitments.Commitment) {
	c.line("BEGIN", "VTODO")
	c.line("UID", e.r.ID.ULID()+"@"+e.r.ID.Node())
	c.line("DTSTAMP", utc(e.r.Updated))
	c.line("CREATED", utc(e.r.Created))
	c.line("LAST-MODIFIED", utc(e.r.Updated))
	c.line("SEQUENCE", strconv.Itoa(e.r.Rev-1))
	c.words("SUMMARY", e.title)
	c.words("DESCRIPTION", e.summary)
	if due := lastDay(body.Due); !due.IsZero() {
		c.line("DUE;VALUE=DATE", due.Format("20060102"))
	}
	c.line("STATUS", todoStatus[body.Progress])
	if n := len(body.Steps); body.Progress == commitments.Verified && n > 0 {
		c.line("COMPLETED", utc(body.Steps[n-1].At))
		c.line("PERCENT-COMPLETE", "100")
	}
	c.line("CATEGORIES", escapeText(f.p.T("code.progress."+string(body.Progress))))
	if e.page != "" {
		c.line("URL", e.page)
	}
	c.line("END", "VTODO")
}

// lastDay is the last day of a due day, month or year, zero for none.
func lastDay(d parties.Date) time.Time {
	first := d.First()
	switch len(d) {
	case 4:
		return first.AddDate(1, 0, -1)
	case 7:
		return first.AddDate(0, 1, -1)
	}
	return first
}

func utc(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// calendar is an iCalendar object in the making.
type calendar struct{ bytes.Buffer }

// maxLine bounds a line in bytes, without its end (RFC 5545, section 3.1).
const maxLine = 75

// line writes a property, folded where it is long, between characters.
func (c *calendar) line(name, value string) {
	rest, room := name+":"+value, maxLine
	for len(rest) > room {
		cut := room
		for cut > 0 && !utf8.RuneStart(rest[cut]) {
			cut--
		}
		c.WriteString(rest[:cut] + "\r\n ")
		rest, room = rest[cut:], maxLine-1 // the blank counts
	}
	c.WriteString(rest + "\r\n")
}

// words writes a text with its language.
func (c *calendar) words(name string, w words) {
	if w.text == "" {
		return
	}
	if w.lang != "" {
		name += ";LANGUAGE=" + string(w.lang)
	}
	c.line(name, escapeText(w.text))
}

// escapeText writes a value of the type TEXT (RFC 5545, section 3.3.11).
func escapeText(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`).Replace(s)
}

// parseTodo takes apart the path of one record as a calendar:
// /{lang}/{list}/{ulid}.ics.
func parseTodo(path string) (at feedPath, ulid string, ok bool) {
	folder, file, _ := cutLast(path, "/")
	ulid, isCalendar := strings.CutSuffix(file, "."+calendarEnding)
	at, ok = parseFeedPath(folder + "." + calendarEnding)
	return at, ulid, ok && isCalendar && id.ValidULID(ulid)
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// serveTodo answers with one record as a calendar.
func (a *API) serveTodo(w http.ResponseWriter, r *http.Request, at feedPath, ulid string) {
	r.Pattern = "/{lang}/" + at.list + "/{ulid}." + calendarEnding
	f := &feed{api: a, at: at, p: a.Web.Printer(r)}
	if err := a.DB.Read(r.Context(), func(tx *db.Tx) error { return f.fillOne(r.Context(), tx, ulid) }); err != nil {
		a.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Language", string(at.lang))
	a.send(w, r, answer{mediaType: at.format.mediaType, body: f.calendar(), modified: f.modified(), maxAge: 300})
}

// fillOne describes the one record that a path names.
func (f *feed) fillOne(ctx context.Context, tx *db.Tx, ulid string) error {
	found, err := f.api.Book.Find(ctx, tx, lists[f.at.list].kinds[0], ulid)
	if err != nil {
		return err
	}
	r, err := f.api.Book.Public(ctx, tx, found)
	if err != nil {
		return err
	}
	if r.State == record.Erased {
		return fault.New(fault.Gone, "record.erased")
	}
	names, err := f.api.authors(ctx, tx, []*record.Record{r})
	if err != nil {
		return err
	}
	f.entries = append(f.entries, f.entry(r, names, tx.Now))
	return nil
}
