package lexicon

// The range of characters that pairs are taken from.
const (
	firstHan = 0x3400
	lastHan  = 0x9FFF
)

// simplifiedOf gives the simplified character, 0 where there is no other.
var simplifiedOf = func() *[lastHan - firstHan + 1]uint16 {
	t := new([lastHan - firstHan + 1]uint16)
	traditional := rune(0)
	for _, r := range simplifiedPairs {
		if traditional == 0 {
			traditional = r
			continue
		}
		t[traditional-firstHan] = uint16(r)
		traditional = 0
	}
	return t
}()

// simplified gives the simplified character for a traditional one. One character
// often stands for several, so only this direction is certain.
func simplified(r rune) rune {
	if s := simplifiedOf[r-firstHan]; s != 0 {
		return rune(s)
	}
	return r
}
