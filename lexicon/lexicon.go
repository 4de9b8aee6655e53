package lexicon

import (
	"hash/maphash"
	"sync"
)

// Lexicon finds what the words of eleven languages stand for. It does not change
// and serves any number of goroutines.
type Lexicon struct {
	sources  []SourceInfo
	keys     *table
	starts   []uint32 // of the senses by key, and one past the last
	senses   []sense
	terms    *table
	phrases  map[string]uint8 // longest label by how it begins
	concepts *concepts
	sounds   soundIndex
	memo     *wordMemo
}

// sense is a term that a word stands for; weight 255 is the surest of the word.
type sense struct {
	term   uint32
	weight uint8
}

// SourceInfo tells what a lexicon took from a source.
type SourceInfo struct {
	Source
	Entries int // concepts or pairs
	Labels  int // that can be found in texts
}

// Sources lists what the lexicon was made of.
func (x *Lexicon) Sources() []SourceInfo { return x.sources }

// CoreLexicon is the lexicon of the core vocabulary alone. It is made once.
var CoreLexicon = sync.OnceValue(func() *Lexicon {
	b := NewBuilder()
	if err := b.Add(CoreSource, Core()); err != nil {
		panic(err) // the vocabulary is part of the program
	}
	return b.Build()
})

// ready makes what is not stored.
func (x *Lexicon) ready() {
	x.sounds = newSoundIndex(x)
	x.memo = &wordMemo{seed: maphash.MakeSeed()}
}

func (x *Lexicon) sensesOf(key uint32) []sense { return x.senses[x.starts[key]:x.starts[key+1]] }

// lookup gives the senses of a key.
func (x *Lexicon) lookup(key string) []sense {
	if k, ok := x.keys.find(key); ok {
		return x.sensesOf(k)
	}
	return nil
}

func (x *Lexicon) lookupBytes(key []byte) []sense {
	if k, ok := x.keys.findBytes(key); ok {
		return x.sensesOf(k)
	}
	return nil
}

// Size describes what a lexicon holds.
type Size struct {
	Concepts, Labels, Keys, Senses, Terms int
	Bytes                                 int64 // of the arrays
}

// Size measures the lexicon.
func (x *Lexicon) Size() Size {
	s := Size{Concepts: len(x.concepts.terms), Keys: x.keys.len(), Senses: len(x.senses), Terms: x.terms.len()}
	for _, info := range x.sources {
		s.Labels += info.Labels
	}
	s.Bytes = x.keys.size() + x.terms.size() + 4*int64(len(x.starts)) + 8*int64(len(x.senses)) + 64*int64(len(x.phrases)) +
		x.concepts.size() + x.sounds.size()
	return s
}
