package record_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/id"
	"karvan/internal/testkit"
	"karvan/record"
)

// full is a record of the usual size: four languages, some 3 KB.
func full(i int) *record.Record {
	r := draft()
	r.ID = id.Derive(node, "notice", fmt.Sprint(i))
	for tag, s := range map[string]string{"en": "Water saved by drip irrigation. ", "ru": "Вода, сбережённая каплей. ", "zh": "滴灌节水技术。", "fa": "آبیاری قطره‌ای. "} {
		p := record.Human
		if tag == "en" {
			p = record.Original
		}
		r.Texts[tag] = record.Version{Provenance: p, Fields: map[string]string{"title": fmt.Sprint(tag, " ", i), "body": strings.Repeat(s, 12)}}
	}
	return r
}

// bulk is how many records share a transaction, as in an import.
const bulk = 500

func BenchmarkCreate(b *testing.B) { benchmarkStore(b, "create", 1) }

func BenchmarkCreateInBulk(b *testing.B) { benchmarkStore(b, "create", bulk) }

func BenchmarkImportInBulk(b *testing.B) { benchmarkStore(b, "import", bulk) }

func benchmarkStore(b *testing.B, how string, together int) {
	book, d, ctx := newBook(), testkit.SQLite(b), context.Background()
	var incoming [][]byte
	if how == "import" {
		for i := range b.N {
			r := full(i)
			r.Rev, r.State, r.Created, r.Updated = 1, record.Draft, start, start
			canonical, err := r.Canonical()
			if err != nil {
				b.Fatal(err)
			}
			incoming = append(incoming, canonical)
		}
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i += together {
		err := d.Write(ctx, author, func(tx *db.Tx) error {
			for j := i; j < min(b.N, i+together); j++ {
				if how == "create" {
					if err := book.Create(ctx, tx, full(j)); err != nil {
						return err
					}
					continue
				}
				in, err := book.Receive(incoming[j])
				if err != nil {
					return err
				}
				if _, err := book.Import(ctx, tx, in); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkManyCold reads records that no cache holds, fifty at a time.
func BenchmarkManyCold(b *testing.B) {
	d, ctx := testkit.SQLite(b), context.Background()
	const all = 2000
	var refs []record.Ref
	book := newBook()
	err := d.Write(ctx, author, func(tx *db.Tx) error {
		for i := range all {
			r := full(i)
			if err := book.Create(ctx, tx, r); err != nil {
				return err
			}
			refs = append(refs, record.Ref{ID: r.ID, Rev: 1})
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for i := range b.N {
		at := i * 50 % all
		if at == 0 {
			book = newBook()
		}
		if err := d.Read(ctx, func(tx *db.Tx) error { _, err := book.Many(ctx, tx, refs[at:at+50]); return err }); err != nil {
			b.Fatal(err)
		}
	}
}

// TestWhatADecodedRecordTakes holds the cache's estimate to what records really
// take, so that its bound in bytes means something.
func TestWhatADecodedRecordTakes(t *testing.T) {
	b := newBook()
	for _, c := range []struct {
		name string
		of   func(int) *record.Record
	}{
		{"a small record", func(i int) *record.Record { r := draft(); r.ID = id.Derive(node, "notice", fmt.Sprint(i)); return r }},
		{"a usual record", full},
		{"a long record", func(i int) *record.Record {
			r := full(i)
			for tag, v := range r.Texts {
				v.Fields["body"] = strings.Repeat(v.Fields["body"], 20)
				r.Texts[tag] = v
			}
			return r
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			const n = 300
			canonical, err := c.of(0).Canonical()
			if err != nil {
				t.Fatal(err)
			}
			kept := make([]*record.Record, n)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			for i := range kept {
				if kept[i], err = b.Decode(canonical); err != nil {
					t.Fatal(err)
				}
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			each := int(after.HeapAlloc-before.HeapAlloc) / n
			runtime.KeepAlive(kept)
			estimate := record.CacheSize(len(canonical))
			t.Logf("canonical %d bytes, decoded %d, estimated %d", len(canonical), each, estimate)
			if each > estimate {
				t.Errorf("a decoded record takes %d bytes, the cache counts %d", each, estimate)
			}
		})
	}
}

func TestTheCacheIsBoundedInBytes(t *testing.T) {
	d, ctx := testkit.SQLite(t), context.Background()
	b := newBook()
	big := strings.Repeat("水 ", 200)
	var refs []record.Ref
	err := d.Write(ctx, access.Actor{Account: "author", Grants: author.Grants}, func(tx *db.Tx) error {
		for i := range 30 {
			r := draft()
			r.ID = id.Derive(node, "notice", fmt.Sprint(i))
			r.Texts["en"].Fields["body"] = big[:len(big)-1]
			if err := b.Create(ctx, tx, r); err != nil {
				return err
			}
			refs = append(refs, record.Ref{ID: r.ID, Rev: 1})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	record.SetCache(b, 1000, 10*record.CacheSize(1200))
	for range 2 {
		err = d.Read(ctx, func(tx *db.Tx) error {
			got, err := b.Many(ctx, tx, refs)
			if len(got) != len(refs) {
				t.Errorf("%d of %d", len(got), len(refs))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if n, bytes := record.Cached(b); n == 0 || n > 12 || bytes > 10*record.CacheSize(1200) {
			t.Errorf("%d records of %d bytes", n, bytes)
		}
	}
	b.Forget(refs[29].ID)
	record.SetCache(b, 0, 1<<20)
	if err := d.Read(ctx, func(tx *db.Tx) error { _, err := b.Many(ctx, tx, refs); return err }); err != nil {
		t.Fatal(err)
	}
	if n, bytes := record.Cached(b); n != 0 || bytes != 0 {
		t.Errorf("%d records of %d bytes in a cache of none", n, bytes)
	}
}
