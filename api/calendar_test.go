package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"karvan/commitments"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/parties"
	"karvan/record"
)

// property is a line of a calendar, unfolded.
type property struct{ name, params, value string }

// readCalendar takes a calendar apart as RFC 5545 says, and fails on what it
// forbids: lines over 75 octets, bare ends of lines, characters cut in two.
func readCalendar(t testing.TB, body string) (all []property) {
	t.Helper()
	body, ends := strings.CutSuffix(body, "\r\n")
	if !ends {
		t.Fatalf("the last line does not end: %q", body[max(0, len(body)-20):])
	}
	var lines []string
	for _, line := range strings.Split(body, "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") || !utf8.ValidString(line) {
			t.Errorf("a line of %d octets: %q", len(line), line)
		}
		if rest, folded := strings.CutPrefix(line, " "); folded && len(lines) > 0 {
			lines[len(lines)-1] += rest
			continue
		}
		lines = append(lines, line)
	}
	for _, line := range lines {
		head, value, ok := strings.Cut(line, ":")
		if !ok {
			t.Fatalf("no property: %q", line)
		}
		name, params, _ := strings.Cut(head, ";")
		all = append(all, property{name, params, value})
	}
	return all
}

// todos lists the components of a calendar by the names of their properties.
func todos(t testing.TB, body string) (found []map[string]property) {
	t.Helper()
	var open []string
	var now map[string]property
	for _, p := range readCalendar(t, body) {
		switch p.name {
		case "BEGIN":
			open = append(open, p.value)
			if p.value == "VTODO" {
				now = map[string]property{}
			}
		case "END":
			if len(open) == 0 || open[len(open)-1] != p.value {
				t.Fatalf("%s ends while %v is open", p.value, open)
			}
			open = open[:len(open)-1]
			if p.value == "VTODO" {
				found, now = append(found, now), nil
			}
		default:
			if now != nil {
				if _, twice := now[p.name]; twice {
					t.Errorf("%s stands twice", p.name)
				}
				now[p.name] = p
			}
		}
	}
	if len(open) > 0 {
		t.Errorf("%v does not end", open)
	}
	return found
}

func TestCommitmentsAsToDos(t *testing.T) {
	w := newWorld(t)
	w.populate()
	for _, tag := range lang.Interface {
		rec := w.ok("/" + string(tag) + "/commitments.ics")
		if got := rec.Header().Get("Content-Type"); got != "text/calendar; charset=utf-8" {
			t.Errorf("type %q", got)
		}
		body := rec.Body.String()
		if !strings.HasPrefix(body, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:") {
			t.Errorf("begins %q", body[:60])
		}
		found := todos(t, body)
		if len(found) != 1 {
			t.Fatalf("%d to-dos", len(found))
		}
		todo := found[0]
		if todo["UID"].value != promise.ULID()+"@"+node || todo["DUE"] != (property{"DUE", "VALUE=DATE", "20261231"}) || todo["STATUS"].value != "NEEDS-ACTION" || todo["SEQUENCE"].value != "0" {
			t.Errorf("%+v", todo)
		}
		if got := todo["DESCRIPTION"]; got.params != "LANGUAGE=ru" || got.value != `провести конкурс\; в срок\, да` {
			t.Errorf("the words of the promise: %+v", got)
		}
		if stamp, err := time.Parse("20060102T150405Z", todo["DTSTAMP"].value); err != nil || stamp.IsZero() {
			t.Errorf("DTSTAMP %q", todo["DTSTAMP"].value)
		}
		if want := base + "/" + string(tag) + "/commitments/" + promise.ULID(); todo["URL"].value != want {
			t.Errorf("URL %q, want %q", todo["URL"].value, want)
		}
	}
	one := "/fa/commitments/" + promise.ULID() + ".ics"
	if got := todos(t, w.ok(one).Body.String()); len(got) != 1 || got[0]["SUMMARY"] != (property{"SUMMARY", "LANGUAGE=fa", "فراخوان مشترک"}) {
		t.Errorf("alone: %+v", got)
	}
	for _, path := range []string{"/en/board.ics", "/en/commitments/" + stateKZ.ULID() + ".ics", "/en/commitments/x.ics", "/en/board/" + promise.ULID() + ".ics", "/xx/commitments.ics"} {
		if rec := w.get(path); rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
}

func TestToDosFollowProgressAndDueDay(t *testing.T) {
	w := newWorld(t)
	now := w.now.Truncate(24 * time.Hour)
	at := func(days int) parties.Date { return parties.Date(now.AddDate(0, 0, days).Format(time.DateOnly)) }
	put := func(key string, due parties.Date, verbs ...string) {
		r := commitment(id.Derive(node, "commitment", key), key, due)
		c := r.Body.(*commitments.Commitment)
		for i, verb := range verbs {
			next, err := commitments.Flow.Next(c.Progress, verb)
			if err != nil {
				t.Fatal(err)
			}
			c.Progress = next
			c.Steps = append(c.Steps, commitments.Step{Verb: verb, To: next, By: bodySCO, At: now, Rev: i + 1})
		}
		w.put(r)
	}
	put("late", at(-40), commitments.Adopt)
	put("soon", at(10), commitments.Adopt, commitments.Accept, commitments.Start)
	put("undated", "", commitments.Adopt)
	put("done", at(-40), commitments.Adopt, commitments.Accept, commitments.ReportDone, commitments.Verify)
	put("over", at(-40), commitments.Adopt, commitments.Lapse)
	states := map[string]string{}
	for _, todo := range todos(t, w.ok("/en/commitments.ics").Body.String()) {
		states[todo["SUMMARY"].value] = todo["STATUS"].value
		if _, due := todo["DUE"]; due == (todo["SUMMARY"].value == "undated") {
			t.Errorf("%s: due %v", todo["SUMMARY"].value, due)
		}
		if (todo["COMPLETED"].value != "") != (todo["STATUS"].value == "COMPLETED") {
			t.Errorf("%s: completed %q", todo["SUMMARY"].value, todo["COMPLETED"].value)
		}
	}
	if got := fmt.Sprint(states); got != "map[done:COMPLETED late:NEEDS-ACTION over:CANCELLED soon:IN-PROCESS undated:NEEDS-ACTION]" {
		t.Error(got)
	}
	// The calendar, the table and the feeds of a class hold the same.
	for class, want := range map[string]string{"overdue": "late", "due-soon": "soon", "undated": "undated"} {
		found := todos(t, w.ok("/en/commitments.ics?due="+class).Body.String())
		if len(found) != 1 || found[0]["SUMMARY"].value != want {
			t.Errorf("%s: %d to-dos", class, len(found))
		}
		for _, ending := range []string{"csv", "atom", "json"} {
			if body := w.ok("/en/commitments." + ending + "?due=" + class).Body.String(); !strings.Contains(body, want) || class != "overdue" && strings.Contains(body, "late") {
				t.Errorf("%s as %s lacks %s, or holds more", class, ending, want)
			}
		}
	}
}

func TestToDosKeepWhatIsWritten(t *testing.T) {
	w := newWorld(t)
	rev := w.put(commitment(promise, "first", "2026"))
	for _, title := range []string{"a", `; , \ \n : "`, strings.Repeat("я", 80), strings.Repeat("一二三", 60), "x" + strings.Repeat("é", 150), "BEGIN:VTODO", "فراخوان، «مشترک»؛ ۲۰۲۶"} {
		rev = w.then(rev, record.Published, func(r *record.Record) { r.Texts["en"].Fields["title"] = title })
		found := todos(t, w.ok("/en/commitments/"+promise.ULID()+".ics").Body.String())
		plain := strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n").Replace(found[0]["SUMMARY"].value)
		if len(found) != 1 || plain != title {
			t.Errorf("%q became %q", title, plain)
		}
	}
}
