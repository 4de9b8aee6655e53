package formats

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"karvan/internal/fault"
)

// A gzip file that grows by more than maxRatio is made to fill a memory or a
// disk: the largest growth seen in published vocabularies, of N-Triples, is below
// 60. Small files are let be.
const (
	maxRatio  = 250
	ratioFrom = 16 << 20
)

// Open gives the text of a file: unpacked if it is gzip, without byte order mark,
// in UTF-8 also if it is UTF-16 with such a mark. Reading ends with a fault when
// more than [MaxUnpacked] bytes come or the archive is damaged or a trap. A reader
// that Open gave may be opened again.
func Open(r io.Reader) (io.Reader, error) { return open(r, MaxUnpacked) }

func open(r io.Reader, most int64) (*bufio.Reader, error) {
	packed := &counter{r: r}
	in := bufio.NewReaderSize(packed, 1<<16)
	head, err := in.Peek(2)
	if err != nil && err != io.EOF {
		return nil, err
	}
	plain := &unpacked{r: in, left: most}
	if bytes.Equal(head, []byte{0x1F, 0x8B}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, broken(err)
		}
		plain.r, plain.packed = z, packed
	}
	in = bufio.NewReaderSize(plain, 1<<16)
	if head, err = in.Peek(3); err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		_, err = in.Discard(3)
		return in, err
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return bufio.NewReaderSize(transform.NewReader(in, unicode.BOMOverride(transform.Nop)), 1<<16), nil
	}
	return in, nil
}

// counter counts what is read.
type counter struct {
	r io.Reader
	n int64
}

// Read implements io.Reader.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// unpacked is a reader that fails when too much comes, or too much out of too
// little.
type unpacked struct {
	r      io.Reader
	packed *counter // nil if nothing was packed
	n      int64
	left   int64
}

// Read implements io.Reader.
func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	u.n, u.left = u.n+int64(n), u.left-int64(n)
	switch {
	case u.left < 0:
		return 0, fault.New(fault.TooLarge, "lexicon.file-too-large")
	case u.packed != nil && u.n > ratioFrom && u.n/maxRatio > u.packed.n:
		return 0, fault.New(fault.TooLarge, "lexicon.packed-too-tightly")
	case err != nil && u.packed != nil:
		return n, broken(err)
	}
	return n, err
}

// broken makes what a decoder of archives says a fault.
func broken(err error) error {
	if err == io.EOF || told(err) {
		return err
	}
	return fault.New(fault.Invalid, "lexicon.broken-archive").Because(err)
}

// told reports whether an error says by itself what is wrong.
func told(err error) bool {
	var f *fault.Fault
	return errors.As(err, &f) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// unexpected tells an end in the middle from the end.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// wrong is the fault of a file that cannot be read on from a line, unless the
// error says more by itself.
func wrong(f Format, line int, err error) error {
	if told(err) {
		return err
	}
	return fault.New(fault.Invalid, "lexicon.line", "line", line, "format", f.title()).Because(err)
}
