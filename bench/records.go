package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

// incoming is as much of a record as the lists and the search need.
type incoming struct {
	ID        string `json:"id"`
	Kind      string `json:"kind"`
	State     string `json:"state"`
	Owner     string `json:"owner"`
	Party     string `json:"party"`
	Source    string `json:"source"`
	Published string `json:"published"`
	Texts     map[string]struct {
		Fields map[string]string `json:"fields"`
	} `json:"texts"`
	Body json.RawMessage `json:"body"`
}

// keyOf gives a record's id in the form that PocketBase wants by default.
func keyOf(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])[:15]
}

// collection is what somebody would make for these records, with indexes for the
// list that is asked for.
func collection() *core.Collection {
	c := core.NewBaseCollection("records")
	everybody := ""
	c.ListRule, c.ViewRule = &everybody, &everybody
	for _, name := range []string{"kind", "status", "state", "stage", "owner", "lang", "title"} {
		c.Fields.Add(&core.TextField{Name: name, Max: 2000})
	}
	for _, name := range []string{"summary", "text"} {
		c.Fields.Add(&core.TextField{Name: name, Max: 100_000})
	}
	c.Fields.Add(&core.DateField{Name: "published"}, &core.JSONField{Name: "body", MaxSize: 1 << 20}, &core.JSONField{Name: "texts", MaxSize: 1 << 20})
	c.AddIndex("records_state", false, "state, stage, published", "")
	c.AddIndex("records_state_published", false, "state, published", "")
	c.AddIndex("records_published", false, "published", "")
	return c
}

// load fills PocketBase with the records of a file, a thousand in a transaction.
func load(app core.App, world string) (n int, err error) {
	c := collection()
	if err := app.Save(c); err != nil {
		return 0, err
	}
	codes := map[string]string{}
	var batch []*core.Record
	flush := func() error {
		err := app.RunInTransaction(func(tx core.App) error {
			for _, r := range batch {
				if err := tx.Save(r); err != nil {
					return err
				}
			}
			return nil
		})
		n += len(batch)
		batch = batch[:0]
		return err
	}
	err = lines(world, func(line []byte) error {
		r, err := recordOf(c, line, codes)
		if err != nil {
			return err
		}
		if batch = append(batch, r); len(batch) == 1000 {
			return flush()
		}
		return nil
	})
	return n, errors.Join(err, flush())
}

func recordOf(c *core.Collection, line []byte, codes map[string]string) (*core.Record, error) {
	var in incoming
	if err := json.Unmarshal(line, &in); err != nil {
		return nil, err
	}
	var body struct{ Code, Stage string }
	if err := json.Unmarshal(in.Body, &body); err != nil {
		return nil, err
	}
	if in.Kind == "state" { // states come before what names them
		codes[in.ID] = body.Code
	}
	r := core.NewRecord(c)
	r.Set("id", keyOf(in.ID))
	published, err := types.ParseDateTime(in.Published)
	if err != nil {
		return nil, err
	}
	fields := in.Texts[in.Source].Fields
	for name, value := range map[string]any{"kind": in.Kind, "status": in.State, "state": codes[in.Party], "stage": body.Stage, "owner": in.Owner,
		"lang": in.Source, "title": fields["title"], "summary": fields["summary"], "text": fields["description"] + fields["body"] + fields["about"],
		"published": published, "body": types.JSONRaw(in.Body), "texts": in.Texts} {
		r.Set(name, value)
	}
	return r, nil
}

// wish is what a reader wants.
type wish struct {
	Load, ID, State, Stage, Words string
}

// translate writes the address that answers each wish: the load, a tab, the path.
func translate(from, to string) (err error) {
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	out := bufio.NewWriter(f)
	err = lines(from, func(line []byte) error {
		var w wish
		if err := json.Unmarshal(line, &w); err != nil {
			return err
		}
		const list = "/api/collections/records/records"
		path := list + "/" + keyOf(w.ID)
		if w.Load != "record" {
			path = list + "?" + url.Values{"perPage": {"20"}, "sort": {"-published"}, "filter": {w.filter()}}.Encode()
		}
		_, err := fmt.Fprintf(out, "%s\t%s\n", w.Load, path)
		return err
	})
	return errors.Join(err, out.Flush())
}

// filter says the wish in PocketBase's words.
func (w wish) filter() string {
	quote := func(s string) string {
		return "'" + strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), "'", `\'`) + "'"
	}
	if w.Load == "search" {
		q := quote(w.Words)
		return "status = 'published' && (title ~ " + q + " || summary ~ " + q + " || text ~ " + q + ")"
	}
	s := "status = 'published' && (kind = 'offer' || kind = 'need') && state = " + quote(w.State)
	if w.Stage != "" {
		s += " && stage = " + quote(w.Stage)
	}
	return s
}
