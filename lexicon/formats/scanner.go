package formats

import (
	"errors"
	"io"

	"karvan/internal/fault"
)

// errSyntax says that a text breaks the grammar of its format; the line is known
// where it is reported.
var errSyntax = errors.New("not in the grammar")

// scanner gives the bytes of a text one after another and counts its lines.
type scanner struct {
	r    io.Reader // nil if the text is all in buf
	buf  []byte
	pos  int
	end  int
	line int
	err  error // what ended reading
}

func newScanner(r io.Reader) *scanner {
	return &scanner{r: r, buf: make([]byte, 1<<16), line: 1}
}

// set makes the scanner read one line.
func (s *scanner) set(line []byte, number int) {
	s.buf, s.pos, s.end, s.line, s.err = line, 0, len(line), number, io.EOF
}

// ahead gives the byte that is n bytes ahead, 0 at the end of the text. A NUL in
// the text is in no grammar, so the two need not be told apart.
func (s *scanner) ahead(n int) byte {
	for s.pos+n >= s.end {
		if !s.fill() {
			return 0
		}
	}
	return s.buf[s.pos+n]
}

// peek gives the next byte.
func (s *scanner) peek() byte {
	if s.pos < s.end {
		return s.buf[s.pos]
	}
	return s.ahead(0)
}

// skip passes over the byte that peek gave.
func (s *scanner) skip() {
	if s.buf[s.pos] == '\n' {
		s.line++
	}
	s.pos++
}

// done reports whether the text is at its end.
func (s *scanner) done() bool { return s.peek() == 0 && s.pos >= s.end }

func (s *scanner) fill() bool {
	if s.err != nil {
		return false
	}
	s.end = copy(s.buf, s.buf[s.pos:s.end])
	s.pos = 0
	for range 100 { // readers may give nothing now and then
		n, err := s.r.Read(s.buf[s.end:])
		s.end, s.err = s.end+n, err
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	s.err = io.ErrNoProgress
	return false
}

// problem is why the text cannot be read on: what broke reading, or its grammar.
func (s *scanner) problem() error {
	if s.err != nil && s.err != io.EOF {
		return s.err
	}
	return errSyntax
}

// blanks passes over white space and comments.
func (s *scanner) blanks() {
	for {
		switch s.peek() {
		case ' ', '\t', '\n', '\r':
			s.skip()
		case '#':
			for c := s.peek(); c != '\n' && !s.done(); c = s.peek() {
				s.skip()
			}
		default:
			return
		}
	}
}

// long is the fault of a piece of text that exceeds [MaxLine].
func long(line int) error {
	return fault.New(fault.TooLarge, "lexicon.piece-too-long", "line", line, "max", MaxLine)
}

// deep is the fault of too much nesting.
func deep(line int) error {
	return fault.New(fault.TooLarge, "lexicon.too-deep", "line", line, "max", MaxDepth)
}
