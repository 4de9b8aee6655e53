package lexicon

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/maphash"
	"io"
	"slices"
	"strings"
	"sync"
)

// snapshotMagic names the form of a compiled lexicon. It changes with the form, and
// with whatever turns labels into keys or weights.
const snapshotMagic = "karvan lexicon 3\n"

// errSnapshot says that a snapshot cannot be used and has to be made again.
var errSnapshot = errors.New("lexicon: not a snapshot of this version, or damaged")

// maxSnapshotItems bounds every array of a snapshot, so that a damaged one cannot
// ask for more memory than a lexicon may take.
const maxSnapshotItems = 1 << 30

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// coreDigest tells one state of the core vocabulary from another.
var coreDigest = sync.OnceValue(func() string {
	h := sha256.New()
	for _, e := range Core() {
		fmt.Fprintln(h, e.ID, e.Field, e.Broader, e.Related, e.Labels)
	}
	return hex.EncodeToString(h.Sum(nil))
})

// Fingerprint tells lexicons apart: two of the same sources, made by the same
// version of the program, have the same.
func (x *Lexicon) Fingerprint() string { return Fingerprint(sourcesOf(x.sources)) }

// Fingerprint is that of the lexicon that would be made of sources.
func Fingerprint(sources []Source) string {
	h := sha256.New()
	io.WriteString(h, snapshotMagic) // a hash takes everything
	for _, s := range sources {
		digest := s.Digest
		if s.ID == CoreSource.ID {
			digest = coreDigest()
		}
		fmt.Fprintf(h, "%q %q %v\n", s.ID, digest, s.Pairs)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func sourcesOf(infos []SourceInfo) []Source {
	var all []Source
	for _, i := range infos {
		all = append(all, i.Source)
	}
	return all
}

// head is the part of a snapshot that is not arrays.
type head struct {
	Fingerprint string
	Sources     []SourceInfo
	Phrases     map[string]uint8
	Fields      []string
	Lists       []soundList
}

type soundList struct {
	Lang     uint8
	First    string
	From, To uint32
}

// WriteTo writes the compiled lexicon.
func (x *Lexicon) WriteTo(w io.Writer) (int64, error) {
	e := &arrays{sum: crc32.New(castagnoli)}
	e.w = bufio.NewWriterSize(w, 1<<16)
	phrases := make(map[string]uint8, len(x.phrases))
	for k, n := range x.phrases {
		phrases[hex.EncodeToString([]byte(k))] = n // keys begin with bytes that are no text
	}
	h := head{Fingerprint: x.Fingerprint(), Sources: x.sources, Phrases: phrases, Fields: x.concepts.fields}
	for k, s := range x.sounds.lists {
		h.Lists = append(h.Lists, soundList{uint8(k.lang), strings.TrimRight(string(k.first[:]), "\x00"), s.from, s.to})
	}
	slices.SortFunc(h.Lists, func(a, b soundList) int { return cmp.Compare(a.From, b.From) })
	b, err := json.Marshal(h)
	if err != nil {
		return 0, err
	}
	e.bytes([]byte(snapshotMagic))
	e.array(b)
	e.array(x.keys.arena)
	e.numbers(x.keys.ends)
	e.array(x.terms.arena)
	e.numbers(x.terms.ends)
	e.numbers(x.starts)
	terms, weights := make([]uint32, len(x.senses)), make([]byte, len(x.senses))
	for i, s := range x.senses {
		terms[i], weights[i] = s.term, s.weight
	}
	e.numbers(terms)
	e.array(weights)
	for _, n := range [][]uint32{x.concepts.terms, x.concepts.starts, x.concepts.ends, x.concepts.order, x.sounds.keys, x.sounds.masks, x.sounds.ends} {
		e.numbers(n)
	}
	e.array(x.concepts.langs)
	e.array(x.concepts.arena)
	e.array(x.sounds.arena)
	e.bytes(binary.LittleEndian.AppendUint32(nil, e.sum.Sum32()))
	if e.err == nil {
		e.err = e.w.Flush()
	}
	return e.n, e.err
}

// arrays writes arrays, and keeps the first error.
type arrays struct {
	w   *bufio.Writer
	sum hash.Hash32
	n   int64
	err error
}

func (e *arrays) bytes(b []byte) {
	if e.err != nil {
		return
	}
	e.sum.Write(b)
	n, err := e.w.Write(b)
	e.n, e.err = e.n+int64(n), err
}

func (e *arrays) array(b []byte) {
	e.bytes(binary.LittleEndian.AppendUint64(nil, uint64(len(b))))
	e.bytes(b)
}

func (e *arrays) numbers(v []uint32) {
	b := make([]byte, 0, 4*len(v))
	for _, n := range v {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	e.array(b)
}

// Read reads a compiled lexicon of a fingerprint. Any other, and a damaged one, is
// an error: it has to be made again.
func Read(r io.Reader, fingerprint string) (*Lexicon, error) {
	d := &reader{r: bufio.NewReaderSize(r, 1<<20), sum: crc32.New(castagnoli)}
	magic := d.take(uint64(len(snapshotMagic)))
	if d.err != nil || string(magic) != snapshotMagic {
		return nil, errSnapshot
	}
	var h head
	if b := d.array(); d.err != nil || json.Unmarshal(b, &h) != nil || h.Fingerprint != fingerprint {
		return nil, errSnapshot
	}
	x := &Lexicon{sources: h.Sources, keys: &table{}, terms: &table{}, phrases: map[string]uint8{}, concepts: &concepts{fields: h.Fields},
		memo: &wordMemo{seed: maphash.MakeSeed()}}
	for k, n := range h.Phrases {
		b, err := hex.DecodeString(k)
		if err != nil {
			return nil, errSnapshot
		}
		x.phrases[string(b)] = n
	}
	x.keys.arena, x.keys.ends = d.array(), d.numbers()
	x.terms.arena, x.terms.ends = d.array(), d.numbers()
	x.starts = d.numbers()
	terms, weights := d.numbers(), d.array()
	for _, n := range []*[]uint32{&x.concepts.terms, &x.concepts.starts, &x.concepts.ends, &x.concepts.order, &x.sounds.keys, &x.sounds.masks, &x.sounds.ends} {
		*n = d.numbers()
	}
	x.concepts.langs, x.concepts.arena, x.sounds.arena = d.array(), d.array(), d.array()
	want := d.sum.Sum32()
	tail := d.take(4)
	if d.err != nil || binary.LittleEndian.Uint32(tail) != want || len(terms) != len(weights) {
		return nil, errSnapshot
	}
	x.senses = make([]sense, len(terms))
	for i := range terms {
		x.senses[i] = sense{terms[i], weights[i]}
	}
	x.sounds.lists = make(map[soundKey]span, len(h.Lists))
	for _, l := range h.Lists {
		k := soundKey{lang: language(l.Lang)}
		copy(k.first[:], l.First)
		x.sounds.lists[k] = span{l.From, l.To}
	}
	if !x.consistent() {
		return nil, errSnapshot
	}
	x.keys.index()
	x.terms.index()
	return x, nil
}

// consistent says whether the arrays that were read fit each other, so that nothing
// written on purpose makes a look-up leave them.
func (x *Lexicon) consistent() bool {
	c, s := x.concepts, &x.sounds
	keys, terms, concepts := len(x.keys.ends), len(x.terms.ends), len(c.terms)
	below := func(limit int) func(uint32) bool { return func(n uint32) bool { return int(n) >= limit } }
	if !cuts(x.keys.ends, len(x.keys.arena)) || !cuts(x.terms.ends, len(x.terms.arena)) || !cuts(c.ends, len(c.arena)) || !cuts(s.ends, len(s.arena)) ||
		!cuts(x.starts, len(x.senses)) || !cuts(c.starts, len(c.langs)) ||
		len(x.starts) != keys+1 || len(c.starts) != concepts+1 || len(c.order) != concepts || len(c.fields) != concepts || len(c.ends) != len(c.langs) ||
		len(s.masks) != len(s.keys) || len(s.ends) != len(s.keys) {
		return false
	}
	if slices.ContainsFunc(c.terms, below(terms)) || slices.ContainsFunc(c.order, below(concepts)) || slices.ContainsFunc(s.keys, below(keys)) ||
		slices.ContainsFunc(c.langs, func(l uint8) bool { return language(l) >= firstList }) ||
		slices.ContainsFunc(x.senses, func(s sense) bool { return int(s.term) >= terms }) ||
		slices.ContainsFunc(c.terms, func(t uint32) bool { return len(x.terms.bytes(t)) == 0 }) {
		return false
	}
	for _, l := range s.lists {
		if l.from > l.to || int(l.to) > len(s.keys) {
			return false
		}
	}
	return true
}

// cuts says whether numbers ascend and end at the end of an array.
func cuts(ends []uint32, length int) bool {
	if len(ends) == 0 {
		return length == 0
	}
	return slices.IsSorted(ends) && int(ends[len(ends)-1]) == length
}

// reader reads arrays, and keeps the first error.
type reader struct {
	r   io.Reader
	sum hash.Hash32
	err error
}

// take reads n bytes in steps, so that a false length ends at the end of the file
// rather than of the memory.
func (d *reader) take(n uint64) []byte {
	const step = 8 << 20
	if n > maxSnapshotItems {
		d.err = errSnapshot
	}
	var b []byte
	if d.err == nil && n <= step {
		b = make([]byte, 0, n)
	}
	for d.err == nil && uint64(len(b)) < n {
		part := min(n-uint64(len(b)), step)
		at := len(b)
		b = append(b, make([]byte, part)...)
		_, d.err = io.ReadFull(d.r, b[at:])
	}
	d.sum.Write(b)
	return b
}

func (d *reader) array() []byte {
	n := d.take(8)
	if d.err != nil {
		return nil
	}
	return d.take(binary.LittleEndian.Uint64(n))
}

func (d *reader) numbers() []uint32 {
	b := d.array()
	v := make([]uint32, len(b)/4)
	for i := range v {
		v[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return v
}
