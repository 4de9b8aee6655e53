package lang

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ErrText says that a text holds characters that must not be kept or shown.
var ErrText = errors.New("lang: forbidden character")

// Clean returns a text from outside in the form in which it may be kept, and
// whether anything had to change. The result is in Unicode form NFC, its
// lines end in LF, bytes that are not UTF-8 become U+FFFD, and what deceives
// the eye or the machine is dropped: control characters other than newline
// and tab, the embeddings, overrides and isolates of the bidirectional
// algorithm, noncharacters and invisible tags. The joiners that Persian, Urdu
// and Hindi spelling needs stay.
func Clean(s string) (clean string, changed bool) {
	if plain(s) {
		return s, false
	}
	out := strings.ToValidUTF8(s, "\uFFFD")
	out = newlines.Replace(out)
	out = strings.Map(func(r rune) rune {
		if forbidden(r) {
			return -1
		}
		return r
	}, out)
	out = norm.NFC.String(out)
	return out, out != s
}

// CheckText fails with [ErrText] if [Clean] would drop or replace a
// character. Line ends and Unicode form are no fault of the sender.
func CheckText(s string) error {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return fmt.Errorf("%w: not UTF-8 at byte %d", ErrText, i)
			}
		}
		if forbidden(r) && r != '\r' && r != nextLine {
			return fmt.Errorf("%w: %U at byte %d", ErrText, r, i)
		}
	}
	return nil
}

const nextLine = '\u0085'

// newlines writes every kind of line end as LF.
var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// plain reports whether a text is ASCII that needs no cleaning, which most
// fields are.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x7F || c < 0x20 && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

// forbidden reports whether a character has no place in kept text.
func forbidden(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < 0x20 || 0x7F <= r && r <= 0x9F: // C0, DEL, C1
		return true
	case 0x202A <= r && r <= 0x202E: // embeddings and overrides
		return true
	case 0x2066 <= r && r <= 0x206F: // isolates, deprecated format characters
		return true
	case 0xFFF9 <= r && r <= 0xFFFB: // interlinear annotation
		return true
	case r == 0xFEFF: // byte order mark
		return true
	case 0xE0000 <= r && r <= 0xE007F: // invisible tags
		return true
	case 0xFDD0 <= r && r <= 0xFDEF || r&0xFFFE == 0xFFFE: // noncharacters
		return true
	}
	return false
}
