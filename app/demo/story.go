package demo

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"time"

	"karvan/announcements"
	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/parties"
	"karvan/people"
	"karvan/record"
)

//go:embed story.json
var story embed.FS

// Password is the password of every demo account. The demo world is served on
// the loopback address and says on every page that it is one.
const Password = "one caravan road"

// Login is a demo account: what it may be, by the login that names it.
type Login struct {
	Login, Name string
	Role        access.Role
	Scope       id.ID
	State       id.ID
	Lang        lang.Tag
	Zone        string
}

// Logins lists the demo accounts of a node, named by role. Two of each office
// that publishes, since publishing takes four eyes.
func Logins(node string) []Login {
	state := func(code string) id.ID { return ID(node, "state", code) }
	org := func(key string) id.ID { return ID(node, "organisation", key) }
	sco := ID(node, "body", "sco")
	return []Login{
		{"member-cn", "Member, sample institute (CN)", access.Member, org("zh-org-1"), state("CN"), "zh", "Asia/Shanghai"},
		{"member-kz", "Member, sample institute (KZ)", access.Member, org("kk-org-1"), state("KZ"), "ru", "Asia/Almaty"},
		{"member-ir", "Member, sample institute (IR)", access.Member, org("fa-org-1"), state("IR"), "fa", "Asia/Tehran"},
		{"focal-cn", "National focal point (CN)", access.Focal, state("CN"), state("CN"), "zh", "Asia/Shanghai"},
		{"focal-cn-2", "Second focal point (CN)", access.Focal, state("CN"), state("CN"), "zh", "Asia/Shanghai"},
		{"focal-kz", "National focal point (KZ)", access.Focal, state("KZ"), state("KZ"), "ru", "Asia/Almaty"},
		{"secretariat", "Secretariat editor", access.Secretariat, sco, "", "en", "Asia/Shanghai"},
		{"secretariat-2", "Secretariat second editor", access.Secretariat, sco, "", "ru", "Europe/Moscow"},
		{"admin", "Node administrator", access.Admin, "", "", "en", "UTC"},
	}
}

// Make fills an empty node with the demo world and reports how many records it
// has. It changes nothing, and says false, when the node has records already.
func Make(ctx context.Context, d *db.DB, book *record.Book) (n int, made bool, err error) {
	defer fault.Wrap(&err, "demo.Make")
	errFull := errors.New("there are records already")
	hash, err := people.Hash(Password)
	if err != nil {
		return 0, false, err
	}
	err = d.Write(ctx, access.Operator, func(tx *db.Tx) error {
		err := book.Each(ctx, tx, func(record.Head) error { return errFull })
		if err != nil {
			return err
		}
		records, err := Records(book.Node(), tx.Now)
		if err != nil {
			return err
		}
		n = len(records)
		for _, r := range records {
			if err := keep(ctx, tx, book, r); err != nil {
				return fmt.Errorf("%s %s: %w", r.Kind, r.Text(r.Source, "title"), err)
			}
		}
		for _, l := range Logins(book.Node()) {
			a := people.Account{Login: l.Login, Name: l.Name, Lang: l.Lang, Zone: l.Zone,
				Grants: []people.Grant{{Grant: access.Grant{Role: l.Role, Scope: l.Scope}, State: l.State}}}
			if err := people.Create(ctx, tx, &a, hash); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, errFull) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	more, err := tell(ctx, d, book)
	return n + more, true, err
}

func keep(ctx context.Context, tx *db.Tx, book *record.Book, r *record.Record) error {
	canonical, err := r.Canonical()
	if err != nil {
		return err
	}
	in, err := book.Receive(canonical)
	if err != nil {
		return err
	}
	_, err = book.Import(ctx, tx, in)
	return err
}

// tell plays what happens on a board: an item that is corrected, one that is
// withdrawn, one that waits for a second person, one that is scheduled and one
// whose time passed without approval. Each step is a verb by an account that may
// do it.
func tell(ctx context.Context, d *db.DB, book *record.Book) (n int, err error) {
	data, err := story.ReadFile("story.json")
	if err != nil {
		return 0, err
	}
	var items []struct {
		Key   string                       `json:"key"`
		Texts map[string]map[string]string `json:"texts"`
		Note  map[string]string            `json:"note"`
		Fixed map[string]string            `json:"fixed"` // corrected bodies by language
	}
	if err := unmarshal("story.json", data, &items); err != nil {
		return 0, err
	}
	t := teller{ctx: ctx, d: d, book: book}
	for _, login := range []string{"secretariat", "secretariat-2"} {
		if err := t.sitDown(login); err != nil {
			return 0, err
		}
	}
	sco := ID(book.Node(), "body", "sco")
	for _, item := range items {
		r := &record.Record{Kind: "announcement", Owner: sco, Party: sco, Source: "en", Texts: versions("en", item.Texts), Sample: true,
			Body: &announcements.Item{Topics: []string{"platforms"}, EventDate: parties.Date(d.Now().AddDate(0, 0, -3).Format(time.DateOnly))}}
		if item.Key == "unapproved" {
			r.PublishAt, r.Zone = d.Now().Add(-2*time.Hour), "Asia/Shanghai"
		}
		note := &record.Note{Type: "fact", Text: item.Note}
		t.create("secretariat", r)
		switch item.Key {
		case "corrected":
			t.do("secretariat", r, "submit", record.Options{})
			t.do("secretariat-2", r, "publish", record.Options{})
			t.edit("secretariat", r, func(r *record.Record) {
				for tag, body := range item.Fixed {
					r.Texts[tag].Fields["body"] = body
				}
			})
			t.do("secretariat", r, "submit", record.Options{})
			t.do("secretariat-2", r, "publish", record.Options{Note: note})
		case "withdrawn":
			note.Type = "withdrawal"
			t.do("secretariat", r, "submit", record.Options{})
			t.do("secretariat-2", r, "publish", record.Options{})
			t.do("secretariat-2", r, "withdraw", record.Options{Note: note})
		case "scheduled":
			t.do("secretariat", r, "submit", record.Options{})
			t.do("secretariat-2", r, "schedule", record.Options{At: d.Now().AddDate(0, 0, 14)})
		default: // waiting, and unapproved
			t.do("secretariat", r, "submit", record.Options{})
		}
		if t.err != nil {
			return n, fmt.Errorf("story %s: %w", item.Key, t.err)
		}
		n++
	}
	return n, nil
}

// teller does one verb after another until one fails.
type teller struct {
	ctx    context.Context
	d      *db.DB
	book   *record.Book
	actors map[string]access.Actor
	err    error
}

func (t *teller) sitDown(login string) error {
	a, err := people.SignIn(t.ctx, t.d, login, Password)
	if t.actors == nil {
		t.actors = map[string]access.Actor{}
	}
	t.actors[login] = a.Actor()
	return err
}

func (t *teller) write(login string, f func(tx *db.Tx) error) {
	if t.err == nil {
		t.err = t.d.Write(t.ctx, t.actors[login], f)
	}
}

func (t *teller) create(login string, r *record.Record) {
	t.write(login, func(tx *db.Tx) error { return t.book.Create(t.ctx, tx, r) })
}

func (t *teller) do(login string, r *record.Record, verb string, opt record.Options) {
	t.write(login, func(tx *db.Tx) error {
		next, err := t.book.Do(t.ctx, tx, r.ID, r.Rev, verb, opt)
		if err == nil {
			*r = *next
		}
		return err
	})
}

func (t *teller) edit(login string, r *record.Record, change func(*record.Record)) {
	t.write(login, func(tx *db.Tx) error {
		next, err := t.book.Edit(t.ctx, tx, r.ID, r.Rev, func(r *record.Record) error { change(r); return nil })
		if err == nil {
			*r = *next
		}
		return err
	})
}
