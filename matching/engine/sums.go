package engine

import (
	"encoding/binary"
	"unsafe"
)

// sums holds a 16-bit score per document of a segment, four to a word, so that
// four can be looked at together. The type makes both forms of one memory.
type sums [(segmentDocs + 1) / 4]uint64

const (
	tops   = 0x8000_8000_8000_8000 // the highest bit of each of the four
	ones16 = 0x0001_0001_0001_0001
)

// littleEndian says that the first of four scores is in the lowest bits.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// scores gives the single scores.
func (s *sums) scores() *[segmentDocs + 1]uint16 {
	return (*[segmentDocs + 1]uint16)(unsafe.Pointer(s))
}

// row gives the words of 64 documents.
func (s *sums) row(i int) *[16]uint64 { return (*[16]uint64)(s[16*i : 16*i+16]) }

// set tells which of the 64 documents of row i have a score.
func (s *sums) set(i int) uint64 {
	if !littleEndian {
		var in uint64
		for j, v := range s.scores()[64*i : 64*i+64] {
			in |= uint64((uint32(v)+0xffff)>>16) << j
		}
		return in
	}
	row := s.row(i)
	return gather(row[0], row[1], row[2], row[3]) | gather(row[4], row[5], row[6], row[7])<<16 |
		gather(row[8], row[9], row[10], row[11])<<32 | gather(row[12], row[13], row[14], row[15])<<48
}

// nonZero sets the top bit of each score that is not 0; the other bits are of no
// use.
func nonZero(w uint64) uint64 { return (w &^ tops) + (tops - ones16) | w }

// gather makes sixteen neighbouring bits of the scores in four words: 1 for each
// that is not 0. The multiplication brings bit 16k+4j to 48+4j+k, and no two bits
// of the product meet.
func gather(a, b, c, d uint64) uint64 {
	x := nonZero(a)&tops>>15 | nonZero(b)&tops>>11 | nonZero(c)&tops>>7 | nonZero(d)&tops>>3
	return x * (1<<48 | 1<<33 | 1<<18 | 1<<3) >> 48
}

// reaches tells whether one of the 64 documents of row i has a score of floor or
// more.
func (s *sums) reaches(i int, floor uint16) bool {
	row := s.row(i)
	low := uint64(floor&0x7fff) * ones16
	var any uint64
	if floor < 0x8000 {
		for _, w := range row {
			any |= (w | tops) - low | w
		}
	} else {
		for _, w := range row {
			any |= ((w | tops) - low) & w
		}
	}
	return any&tops != 0
}
