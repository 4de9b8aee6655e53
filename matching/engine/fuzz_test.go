package engine_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"testing"

	"karvan/matching/engine"
)

// FuzzReadFrom mends the checksum of every input, so that the checks behind it
// are reached, and uses what is accepted.
func FuzzReadFrom(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 5))
	for _, docs := range []int{0, 1, 30} {
		x := engine.New(options)
		for range docs {
			x.Apply([]engine.Doc{randomDoc(r, 40)}, []string{randomDoc(r, 40).Key})
		}
		var b bytes.Buffer
		if _, err := x.WriteTo(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 4 || len(data) > 1<<16 {
			return
		}
		useMended(data[:len(data)-4])
	})
}

// useMended reads a snapshot with this body and works with what is accepted.
func useMended(body []byte) {
	data := binary.LittleEndian.AppendUint32(bytes.Clone(body), crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)))
	x := engine.New(options)
	if _, err := x.ReadFrom(bytes.NewReader(data)); err != nil {
		return
	}
	r := rand.New(rand.NewPCG(6, 6))
	for range 10 {
		x.Search(randomQuery(r))
		x.Apply([]engine.Doc{randomDoc(r, 40)}, []string{randomDoc(r, 40).Key})
	}
	x.Stats()
	x.Terms(randomDoc(r, 40).Key)
}

// A panic is the failure: no changed byte behind a sound checksum may cause one.
func TestReadFromSurvivesChangesWithASoundChecksum(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	x := engine.New(options)
	for range 8 {
		x.Apply([]engine.Doc{randomDoc(r, 30), randomDoc(r, 30), randomDoc(r, 30)}, []string{randomDoc(r, 30).Key})
	}
	var b bytes.Buffer
	if _, err := x.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	body := b.Bytes()[:b.Len()-4]
	for i := range body {
		for _, to := range []byte{0, 1, body[i] + 1, body[i] - 1, body[i] ^ 0x80, 0xff} {
			old := body[i]
			body[i] = to
			useMended(body)
			body[i] = old
		}
	}
}

func FuzzParseCursor(f *testing.F) {
	r := rand.New(rand.NewPCG(8, 8))
	x := engine.New(options)
	for range 50 {
		x.Apply([]engine.Doc{randomDoc(r, 80)}, nil)
	}
	for range 50 {
		if res := x.Search(randomQuery(r)); res.Next != nil {
			f.Add(res.Next.String())
		}
	}
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := engine.ParseCursor(s)
		if err != nil {
			return
		}
		again, err := engine.ParseCursor(c.String())
		if err != nil || again.String() != c.String() {
			t.Fatalf("%q does not survive: %q, %v", s, again.String(), err)
		}
		q := randomQuery(r)
		q.After = &c
		x.Search(q)
	})
}
