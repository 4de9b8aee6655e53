package vectors

import (
	"encoding/binary"
	"fmt"
	"math"

	"karvan/matching/vectors/service"
)

// Numbers are kept as whole ones from -reach to reach, with middle added so that
// they are bytes of seven bits. The products of four such bytes sum up to less than
// 2 to the 16th, which is what lets [probe] take four at a time.
const (
	reach  = 63
	middle = 64
)

// Vector is a direction: numbers of a vector of unit length.
type Vector struct {
	codes []byte // a number of the vector by steps of scale, plus middle
	scale float64
	sum   int64 // of codes
}

// Quantise makes a vector of numbers of any length. It fails when they have no
// direction.
func Quantise(numbers []float32) (Vector, error) {
	most := 0.0
	for _, x := range numbers {
		a := math.Abs(float64(x))
		if math.IsNaN(a) || math.IsInf(a, 0) {
			return Vector{}, fmt.Errorf("vectors: a number is not finite")
		}
		most = max(most, a)
	}
	codes := make([]byte, len(numbers))
	for i, x := range numbers {
		if most > 0 {
			codes[i] = byte(middle + math.Round(float64(x)/most*reach))
		}
	}
	return Parse(codes)
}

// Parse reads what [Vector.Bytes] gave. It keeps b.
func Parse(b []byte) (Vector, error) {
	if len(b) == 0 || len(b) > service.MaxDims {
		return Vector{}, fmt.Errorf("vectors: %d numbers, want 1 to %d", len(b), service.MaxDims)
	}
	v := Vector{codes: b}
	square := 0
	for _, c := range b {
		if c < middle-reach || c > middle+reach {
			return Vector{}, fmt.Errorf("vectors: %d is not the code of a number", c)
		}
		n := int(c) - middle
		square += n * n
		v.sum += int64(c)
	}
	if square == 0 {
		return Vector{}, fmt.Errorf("vectors: nothing but zeros")
	}
	v.scale = 1 / math.Sqrt(float64(square))
	return v, nil
}

// Bytes is the vector as it is stored: one byte a number.
func (v Vector) Bytes() []byte { return v.codes }

// Dims is how many numbers the vector has, 0 when there is none.
func (v Vector) Dims() int { return len(v.codes) }

// Dot is the cosine of the angle between two vectors of one length.
func (v Vector) Dot(w Vector) float64 {
	sum := int64(0)
	for i := range v.codes {
		sum += (int64(v.codes[i]) - middle) * (int64(w.codes[i]) - middle)
	}
	return float64(sum) * (v.scale * w.scale)
}

// stride is the length of a row that holds dims codes: whole words of 8 bytes.
func stride(dims int) int { return (dims + 7) &^ 7 }

// probe is a vector made ready to be multiplied with many rows.
//
// A row is read 8 codes at a time. Every second code stands alone in 16 bits of a
// word; multiplied with a word of the probe's codes in the opposite order, the
// uppermost 16 bits of the product are the sum of the products of the four pairs. What
// would be above is lost and what is below never carries, since sums of four
// products of seven bits are less than 2 to the 16th.
type probe struct {
	lanes []uint64 // for every 8 codes: those at even places, those at odd ones
	rest  int64    // what is to be added for the middle, but for the row's part
	scale float64
}

// lane keeps every second byte.
const lane = 0x00FF00FF00FF00FF

func (v Vector) probe() probe {
	p := probe{lanes: make([]uint64, stride(len(v.codes))/4), scale: v.scale}
	for i, c := range v.codes {
		p.lanes[i/8*2+i%2] |= uint64(c) << (48 - i%8/2*16)
	}
	p.rest = middle*middle*int64(len(v.codes)) - middle*v.sum
	return p
}

// dot multiplies with a row of stride bytes: the sum of products of codes.
func (p *probe) dot(row []byte) int64 {
	var even, odd uint64
	lanes := p.lanes
	for len(row) >= 8 && len(lanes) >= 2 {
		w := binary.LittleEndian.Uint64(row)
		even += (w & lane) * lanes[0] >> 48
		odd += (w >> 8 & lane) * lanes[1] >> 48
		row, lanes = row[8:], lanes[2:]
	}
	return int64(even + odd)
}

// score is the cosine of the angle to a row with its scale and the sum of its codes.
func (p *probe) score(row []byte, scale float64, sum int64) float64 {
	return float64(p.dot(row)-middle*sum+p.rest) * (p.scale * scale)
}
