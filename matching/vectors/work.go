package vectors

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/matching/vectors/service"
	"karvan/record"
)

// Step does a piece of what waits, the oldest first: it asks the service about at
// most as many records as one request carries. n is how many records it settled; 0
// with no error means that nothing waits. It is not for use by several goroutines at
// once.
func (k *Keeper) Step(ctx context.Context) (n int, err error) {
	if len(k.tasks) == 0 {
		if err := k.takeOn(ctx); err != nil {
			return 0, err
		}
		if len(k.tasks) == 0 {
			return 0, k.tidyUp(ctx)
		}
	}
	k.tidy = false
	batch := slices.Clone(k.tasks[:min(len(k.tasks), service.MaxTexts)])
	total := len(batch)
	if batch, err = k.read(ctx, batch); err != nil {
		return 0, err
	}
	if len(batch) > 0 {
		if err := k.embed(ctx, batch); err != nil {
			return 0, err
		}
	}
	k.tasks = k.tasks[total:]
	return total, nil
}

// tidyUp deletes what other models made, once everything has a vector of this one.
func (k *Keeper) tidyUp(ctx context.Context) error {
	if k.tidy {
		return nil
	}
	err := k.db.Write(ctx, access.Clock, func(tx *db.Tx) error { return forget(ctx, tx, k.client.Model()) })
	k.tidy = err == nil
	return err
}

// takeOn claims what waits, after looking at what other processes have done.
func (k *Keeper) takeOn(ctx context.Context) error {
	found, err := k.look(ctx)
	if err != nil || len(found) == 0 {
		return err
	}
	var mine []task
	err = k.db.Write(ctx, access.Clock, func(tx *db.Tx) error {
		mine = mine[:0] // a transaction may run again
		for _, t := range found {
			ok, err := claim(ctx, tx, k.client.Model(), t.ID)
			if err != nil {
				return err
			}
			if ok {
				mine = append(mine, t)
			}
		}
		return nil
	})
	if err == nil {
		k.tasks = mine
	}
	return err
}

// look gives what waits: of every record at the beginning, while there was more than
// could be taken on, and now and then, since another process may have died over what
// it claimed; else of those that changed.
func (k *Keeper) look(ctx context.Context) (found []task, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	changed, model := k.changed, k.client.Model()
	k.changed = nil
	all := k.scan || k.db.Now().Sub(k.scanned) >= claimLasts
	err = k.db.Read(ctx, func(tx *db.Tx) (err error) {
		found = nil
		if err := k.take(ctx, tx); err != nil {
			return err
		}
		if all {
			found, err = pending(ctx, tx, model, k.kinds, claimMost)
			return err
		}
		for _, c := range changed {
			one, err := pendingOf(ctx, tx, model, c)
			if err != nil {
				return err
			}
			found = append(found, one...)
		}
		return nil
	})
	switch {
	case err != nil:
		k.scan = true
	case all:
		k.scan, k.scanned = len(found) == claimMost, k.db.Now()
	}
	return found, err
}

// read fills in the texts of a batch. What is no longer the public revision, says
// what the vector at hand was made of, or says nothing, is settled here and left out.
func (k *Keeper) read(ctx context.Context, batch []task) (left []task, err error) {
	var done, same, silent []task
	err = k.db.Read(ctx, func(tx *db.Tx) error {
		for _, t := range batch {
			r, err := k.public(ctx, tx, t.ID)
			if err != nil {
				return err
			}
			if r == nil || r.Rev != t.Rev {
				done = append(done, t)
				continue
			}
			t.text = Text(r, k.book.FeaturesOf(r, func(id.ID) string { return "" }))
			sum := sha256.Sum256([]byte(t.text))
			t.digest = hex.EncodeToString(sum[:])
			switch {
			case t.digest == t.known:
				same = append(same, t)
			case t.text == "":
				silent = append(silent, t)
			default:
				left = append(left, t)
			}
		}
		return nil
	})
	if err != nil || len(left) == len(batch) {
		return left, err
	}
	return left, k.db.Write(ctx, access.Clock, func(tx *db.Tx) error {
		for _, t := range done {
			if err := release(ctx, tx, k.client.Model(), t.ID); err != nil {
				return err
			}
		}
		for _, t := range same {
			if err := confirm(ctx, tx, k.client.Model(), t); err != nil {
				return err
			}
		}
		for _, t := range silent {
			if _, err := put(ctx, tx, k.client.Model(), t, Vector{}); err != nil {
				return err
			}
		}
		return nil
	})
}

// public gives the public revision of a record when its text may be sent, else nil.
func (k *Keeper) public(ctx context.Context, tx *db.Tx, of id.ID) (*record.Record, error) {
	found, err := k.book.Many(ctx, tx, []record.Ref{{ID: of}})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	if r := found[0]; r.State == record.Published || r.State == record.Expired {
		return r, nil
	}
	return nil, nil
}

// embed asks the service about a batch and keeps what it says. When it refuses the
// batch each text is asked about alone, so that one does not hold up the others.
func (k *Keeper) embed(ctx context.Context, batch []task) error {
	texts := make([]string, len(batch))
	for i, t := range batch {
		texts[i] = t.text
	}
	found, err := k.client.Embed(ctx, texts)
	var refusal *service.Refusal
	switch {
	case errors.As(err, &refusal) && len(batch) > 1:
		return k.embedEach(ctx, batch)
	case errors.As(err, &refusal) && k.answered:
		k.refused.Add(1)
		return k.keep(ctx, batch, []Vector{{}})
	case err != nil:
		return err
	}
	k.answered = true
	vectors := make([]Vector, len(found))
	for i, numbers := range found {
		if vectors[i], err = Quantise(numbers); err != nil {
			return err
		}
		if dims := k.set.Dims(); dims > 0 && vectors[i].Dims() != dims {
			return k.lengths(vectors[i])
		}
	}
	return k.keep(ctx, batch, vectors)
}

// embedEach asks about the texts one by one. Those refused come last: a service that
// refuses everything is set up wrongly, and then none of the texts is to blame.
func (k *Keeper) embedEach(ctx context.Context, batch []task) error {
	var refused []task
	for _, t := range batch {
		before := k.answered
		k.answered = false
		err := k.embed(ctx, []task{t})
		k.answered = k.answered || before
		var refusal *service.Refusal
		switch {
		case errors.As(err, &refusal):
			refused = append(refused, t)
		case err != nil:
			return err
		}
	}
	if len(refused) == 0 {
		return nil
	}
	if !k.answered {
		return fmt.Errorf("vectors: the service refuses each of %d texts", len(batch))
	}
	k.refused.Add(int64(len(refused)))
	return k.keep(ctx, refused, make([]Vector, len(refused)))
}

// lengths says that a vector does not fit those that are stored.
func (k *Keeper) lengths(v Vector) error {
	return fmt.Errorf("vectors: the service gives %d numbers and those stored for model %q have %d: "+
		"if it serves another model under this name now, give it a name of its own", v.Dims(), k.client.Model(), k.set.Dims())
}

// keep stores vectors and puts them into the set; an empty one says that the text
// was refused. What was taken back meanwhile is not kept.
func (k *Keeper) keep(ctx context.Context, batch []task, vectors []Vector) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	var items []Item
	err := k.db.Write(ctx, access.Clock, func(tx *db.Tx) error {
		items = items[:0]
		for i, t := range batch {
			ok, err := put(ctx, tx, k.client.Model(), t, vectors[i])
			if err != nil {
				return err
			}
			if ok && vectors[i].Dims() > 0 {
				items = append(items, Item{string(t.ID), t.Rev, vectors[i]})
			}
		}
		return nil
	})
	if err != nil || len(items) == 0 {
		return err
	}
	return k.set.Put(items...)
}

// Text is what is sent of a record: the title, summary and text of its public
// revision, in the language it was written in first, then in the others while there
// is room.
func Text(r *record.Record, f record.Features) string {
	var b strings.Builder
	for _, tag := range languages(r, f) {
		for _, field := range []string{"title", "summary", "text"} {
			for _, w := range f.Words {
				if w.Lang == tag && w.Field == field && b.Len() < service.MaxText {
					b.WriteString(w.Text)
					b.WriteByte('\n')
				}
			}
		}
	}
	return service.Cut(strings.TrimSpace(b.String()), service.MaxText)
}

// languages gives the languages of what is said of a record: the source, then those it
// has versions in, then others in which its kind says something.
func languages(r *record.Record, f record.Features) []lang.Tag {
	tags := append([]lang.Tag{r.Source}, r.Languages()...)
	var others []lang.Tag
	for _, w := range f.Words {
		others = append(others, w.Lang)
	}
	slices.Sort(others)
	var all []lang.Tag
	for _, t := range append(tags, others...) {
		if !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return all
}
