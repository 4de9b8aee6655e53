package exchange

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"

	"karvan/internal/fault"
)

// source is a file that is imported: it can be read twice, and has a name of its
// own by content.
type source struct {
	r      io.ReadSeeker
	size   int64
	digest string // SHA-256 of the content, hex
	temp   *os.File
	read   int64 // bytes taken so far
}

// openSource reads src once for its digest. What cannot be read twice, such as a
// pipe, is kept in a temporary file.
func openSource(ctx context.Context, src io.Reader, most int64) (*source, error) {
	s := &source{}
	hash := sha256.New()
	in := &bounded{ctx: ctx, r: src, left: most}
	var err error
	if seeker, ok := src.(io.ReadSeeker); ok && rewind(seeker) == nil {
		s.r = seeker
		s.size, err = io.Copy(hash, in)
	} else {
		if s.temp, err = os.CreateTemp("", "karvan-import-*"); err != nil {
			return nil, err
		}
		s.r = s.temp
		s.size, err = io.Copy(io.MultiWriter(hash, s.temp), in)
	}
	if err == nil {
		err = rewind(s.r)
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	s.digest = hex.EncodeToString(hash.Sum(nil))
	return s, nil
}

func rewind(s io.Seeker) error {
	_, err := s.Seek(0, io.SeekStart)
	return err
}

func (s *source) close() error {
	if s.temp == nil {
		return nil
	}
	return errors.Join(s.temp.Close(), os.Remove(s.temp.Name()))
}

// Read implements io.Reader and counts.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.read += int64(n)
	return n, err
}

// plain gives the content, unpacked when it is gzip.
func (s *source) plain() (*bufio.Reader, error) {
	in := bufio.NewReaderSize(s, 1<<16)
	head, err := in.Peek(3)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if bytes.HasPrefix(head, []byte{0x1F, 0x8B}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, fault.New(fault.Invalid, "exchange.broken-file").Because(err)
		}
		in = bufio.NewReaderSize(&bounded{ctx: context.Background(), r: z, left: MaxUnpacked}, 1<<16)
		if head, err = in.Peek(3); err != nil && err != io.EOF {
			return nil, broken(err)
		}
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}): // byte order mark
		_, err = in.Discard(3)
		return in, err
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return nil, fault.New(fault.Unsupported, "exchange.not-utf8")
	}
	return in, nil
}

// broken makes what a decoder of the whole file says a fault.
func broken(err error) error {
	var f *fault.Fault
	if err == io.EOF || errors.As(err, &f) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fault.New(fault.Invalid, "exchange.broken-file").Because(err)
}

// bounded is a reader that fails when more than left bytes come, or its context
// ends.
type bounded struct {
	ctx  context.Context
	r    io.Reader
	left int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fault.New(fault.TooLarge, "exchange.file-too-large")
	}
	return n, err
}

// allowance is a reader that fails when one row takes more than it may. The
// decoders that read rows of any length hold a row in memory; grant is called
// with the place where the next one begins.
type allowance struct {
	r    io.Reader
	read int64
	upTo int64
}

// slack is what decoders read ahead.
const slack = 1 << 17

func (a *allowance) grant(from int64) { a.upTo = from + MaxRow + slack }

// Read implements io.Reader.
func (a *allowance) Read(p []byte) (int, error) {
	if a.read >= a.upTo {
		return 0, fault.New(fault.TooLarge, "exchange.row-too-long", "max", MaxRow)
	}
	n, err := a.r.Read(p)
	a.read += int64(n)
	return n, err
}
