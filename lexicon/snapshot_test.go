package lexicon_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"karvan/lexicon"
)

func snapshot(t testing.TB, x *lexicon.Lexicon) []byte {
	t.Helper()
	var b bytes.Buffer
	if n, err := x.WriteTo(&b); err != nil || n != int64(b.Len()) {
		t.Fatalf("wrote %d of %d: %v", n, b.Len(), err)
	}
	return b.Bytes()
}

func TestASnapshotIsReadAsItWasWritten(t *testing.T) {
	x := lexicon.CoreLexicon()
	y, err := lexicon.Read(bytes.NewReader(snapshot(t, x)), x.Fingerprint())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(x.Sources(), y.Sources()); d != "" {
		t.Error(d)
	}
	type found struct {
		Terms   []string
		Weights []float32
		Marks   []lexicon.Mark
		Groups  []lexicon.Group
	}
	look := func(x *lexicon.Lexicon, text, tag string) found {
		var f found
		f.Terms, f.Weights = x.Terms(nil, nil, text, tag)
		f.Marks, f.Groups = x.Annotate(text, tag), x.Query(text, tag)
		return f
	}
	for _, c := range corpus {
		if d := cmp.Diff(look(x, c.text, c.tag), look(y, c.text, c.tag)); d != "" {
			t.Errorf("%s: (-made +read)\n%s", c.tag, d)
		}
	}
	for _, id := range []string{"wheat", "drip-irrigation"} {
		a, okA := x.Concept("=karvan:" + id)
		b, okB := y.Concept("=karvan:" + id)
		if !okA || !okB || cmp.Diff(a.Names(), b.Names()) != "" || a.Field != b.Field {
			t.Errorf("%s is %v, then %v", id, a, b)
		}
	}
	if !bytes.Equal(snapshot(t, small(t)), snapshot(t, small(t))) {
		t.Error("the same lexicon is not written the same")
	}
}

func TestSnapshotsThatCannotBeRead(t *testing.T) {
	x := small(t)
	good := snapshot(t, x)
	changed := func(at int, b byte) []byte {
		bad := slices.Clone(good)
		bad[at] ^= b
		return bad
	}
	for _, c := range []struct {
		name, fingerprint string
		bytes             []byte
	}{
		{"nothing", x.Fingerprint(), nil},
		{"of other sources", lexicon.CoreLexicon().Fingerprint(), good},
		{"of another version", x.Fingerprint(), changed(15, 1)},
		{"a length of exabytes", x.Fingerprint(), changed(24, 0x40)},
		{"a byte changed at the end", x.Fingerprint(), changed(len(good)-1, 1)},
		{"a byte changed in the middle", x.Fingerprint(), changed(len(good)/2, 0x10)},
		{"cut short", x.Fingerprint(), good[:len(good)-5]},
		{"cut in half", x.Fingerprint(), good[:len(good)/2]},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := lexicon.Read(bytes.NewReader(c.bytes), c.fingerprint); err == nil {
				t.Error("it was read")
			}
		})
	}
	for at := 0; at < len(good); at += 7 {
		if _, err := lexicon.Read(bytes.NewReader(changed(at, 0x20)), x.Fingerprint()); err == nil {
			t.Fatalf("it was read with byte %d changed", at)
		}
	}
}

// signed gives a snapshot the sum that fits what it holds.
func signed(b []byte) []byte {
	if len(b) < 4 {
		return b
	}
	b = slices.Clone(b)
	end := len(b) - 4
	return binary.LittleEndian.AppendUint32(b[:end], crc32.Checksum(b[:end], crc32.MakeTable(crc32.Castagnoli)))
}

func TestASnapshotWrittenOnPurposeDoesNoHarm(t *testing.T) {
	x := small(t)
	good := snapshot(t, x)
	for at := 0; at < len(good)-4; at += 7 {
		bad := slices.Clone(good)
		bad[at] ^= 0x55
		readAndUse(t, signed(bad), x.Fingerprint())
	}
}

// readAndUse looks texts up in a snapshot, if it can be read.
func readAndUse(t *testing.T, b []byte, fingerprint string) {
	t.Helper()
	y, err := lexicon.Read(bytes.NewReader(b), fingerprint)
	if err != nil {
		return
	}
	for _, c := range corpus[:3] {
		terms, _ := y.Terms(nil, nil, c.text, c.tag)
		y.Query(c.text, c.tag)
		for _, s := range terms {
			y.Concept(s)
		}
	}
}

// failing fails after some bytes, like a full disk.
type failing struct{ left int }

var errFull = errors.New("full")

func (f *failing) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestASnapshotThatCannotBeWrittenIsAnError(t *testing.T) {
	if _, err := small(t).WriteTo(&failing{100}); !errors.Is(err, errFull) {
		t.Error(err)
	}
}

func TestFingerprintsTellSourcesApart(t *testing.T) {
	s := lexicon.Source{ID: "a", Digest: "1"}
	seen := map[string]bool{lexicon.Fingerprint(nil): true}
	for _, sources := range [][]lexicon.Source{
		{s}, {s, s}, {{ID: "a", Digest: "2"}}, {{ID: "b", Digest: "1"}}, {{ID: "a", Digest: "1", Pairs: true}}, {lexicon.CoreSource}, {s, lexicon.CoreSource}, {lexicon.CoreSource, s},
	} {
		f := lexicon.Fingerprint(sources)
		if seen[f] || len(f) != 64 || strings.ToLower(f) != f {
			t.Errorf("%v: %s", sources, f)
		}
		seen[f] = true
	}
	if seen[lexicon.Fingerprint([]lexicon.Source{{ID: "a", Digest: "1", Title: "other"}})] == false {
		t.Error("a title makes another lexicon")
	}
}

func FuzzRead(f *testing.F) {
	x := small(f)
	good := snapshot(f, x)
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte("karvan lexicon 2\n\xff\xff\xff\xff\xff\xff\xff\x7f"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		readAndUse(t, b, x.Fingerprint())
		readAndUse(t, signed(b), x.Fingerprint())
	})
}
