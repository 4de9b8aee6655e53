package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

// wrongAnswer says that what came is not what was asked for. Asking the same
// again would bring the same.
type wrongAnswer struct{ error }

func wrong(format string, args ...any) error {
	return &wrongAnswer{fmt.Errorf("embedding service: "+format, args...)}
}

func (w *wrongAnswer) Unwrap() error { return w.error }

// numbers are a vector as it is sent.
type numbers []float32

// UnmarshalJSON refuses null, which would be read as 0 in the place of a number.
func (n *numbers) UnmarshalJSON(data []byte) error {
	if bytes.Contains(data, []byte("null")) {
		return wrong("null in the place of a number")
	}
	return json.Unmarshal(data, (*[]float32)(n))
}

// parse reads an answer with one vector for each of n texts.
func parse(body io.Reader, n int) ([][]float32, error) {
	limited := &io.LimitedReader{R: body, N: maxAnswer + 1}
	var answer struct {
		Data []struct {
			Index     *int    `json:"index"`
			Embedding numbers `json:"embedding"`
		} `json:"data"`
	}
	err := json.NewDecoder(limited).Decode(&answer)
	if limited.N == 0 {
		return nil, wrong("the answer is longer than %d bytes", maxAnswer)
	}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var known *wrongAnswer
	switch {
	case errors.As(err, &known):
		return nil, known
	case errors.As(err, &syntax), errors.As(err, &kind):
		return nil, wrong("the answer is not the JSON of embeddings: %w", err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("embedding service: the answer ends early: %w", err)
	case err != nil:
		return nil, fmt.Errorf("embedding service: %w", err)
	}
	if len(answer.Data) != n {
		return nil, wrong("%d vectors for %d texts", len(answer.Data), n)
	}
	found := make([][]float32, n)
	for _, d := range answer.Data {
		switch {
		case d.Index == nil || *d.Index < 0 || *d.Index >= n:
			return nil, wrong("a vector of none of the %d texts", n)
		case found[*d.Index] != nil:
			return nil, wrong("two vectors of text %d", *d.Index)
		case len(d.Embedding) == 0 || len(d.Embedding) > MaxDims:
			return nil, wrong("a vector of %d numbers, want 1 to %d", len(d.Embedding), MaxDims)
		case len(d.Embedding) != len(answer.Data[0].Embedding):
			return nil, wrong("vectors of %d and of %d numbers in one answer", len(answer.Data[0].Embedding), len(d.Embedding))
		}
		if err := sane(d.Embedding); err != nil {
			return nil, err
		}
		found[*d.Index] = d.Embedding
	}
	return found, nil
}

// sane refuses vectors that have no direction.
func sane(v []float32) error {
	any := false
	for _, x := range v {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return wrong("a vector with a number that is not finite")
		}
		any = any || x != 0
	}
	if !any {
		return wrong("a vector of nothing but zeros")
	}
	return nil
}
