package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"

	"karvan/internal/fault"
)

// Upload bounds what a form with files may hold.
type Upload struct {
	MaxFile  int64 // bytes of one file
	MaxTotal int64 // bytes of the whole request
	MaxFiles int
}

// What the other fields of a form with files may hold.
const (
	maxParts      = 500
	maxFieldBytes = 256 << 10
	maxFileName   = 200
)

// File is one file of a form, as it comes in.
type File struct {
	Field string
	Name  string // as the sender called it, without folders; never a path to write to
	Type  string // what the sender says it is
	io.Reader
}

// ParseUpload reads a form with files and gives each file to save, as it comes
// in: nothing is kept in memory or on disk here. The file ends with a fault
// when it is larger than allowed, which save returns as it returns any error.
func ParseUpload(r *http.Request, max Upload, save func(File) error) (*Form, error) {
	r.Body = http.MaxBytesReader(nil, r.Body, max.MaxTotal)
	mr, err := r.MultipartReader()
	if err != nil {
		return nil, fault.New(fault.Unsupported, "fault.not-a-form").Because(err)
	}
	form := &Form{Values: url.Values{}}
	files := 0
	for range maxParts {
		part, err := mr.NextPart()
		if err == io.EOF {
			return form, nil
		}
		if err != nil {
			return nil, uploadFault(err)
		}
		name := part.FormName()
		if part.FileName() == "" {
			data, err := io.ReadAll(&bounded{r: part, left: maxFieldBytes, max: maxFieldBytes, field: name})
			if err != nil {
				return nil, uploadFault(err)
			}
			form.Values.Add(name, string(data))
			continue
		}
		if files++; files > max.MaxFiles {
			return nil, fault.New(fault.TooLarge, "fault.too-many-files", "max", max.MaxFiles).At(name)
		}
		file := File{
			Field: name, Name: baseName(part.FileName()), Type: part.Header.Get("Content-Type"),
			Reader: &bounded{r: part, left: max.MaxFile, max: max.MaxFile, field: name},
		}
		if err := save(file); err != nil {
			return nil, uploadFault(err)
		}
	}
	return nil, fault.New(fault.TooLarge, "fault.too-large")
}

// uploadFault tells what the sender did wrong from what we did.
func uploadFault(err error) error {
	var f *fault.Fault
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &f):
		return err
	case errors.As(err, &large):
		return faultOf(err)
	case errors.Is(err, io.ErrUnexpectedEOF) || strings.HasPrefix(err.Error(), "multipart:"):
		return fault.New(fault.Invalid, "fault.not-a-form").Because(err)
	}
	return err
}

// bounded fails once more than left bytes are read.
type bounded struct {
	r     io.Reader
	left  int64
	max   int64
	field string
}

// Read reads what is still allowed.
func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fault.New(fault.TooLarge, "fault.too-large").At(b.field).Because(fmt.Errorf("more than %d bytes", b.max))
	}
	return n, err
}

// baseName is the last part of a file name, whichever way its system writes
// folders.
func baseName(s string) string {
	s = line(path.Base(strings.ReplaceAll(s, `\`, "/")))
	for len(s) > maxFileName {
		r := []rune(s)
		s = string(r[len(r)/8+1:]) // the end says what kind of file it is
	}
	if s == "" || s == "." || s == "/" || s == ".." {
		return "file"
	}
	return s
}
