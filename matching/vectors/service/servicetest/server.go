// Package servicetest is an embedding service for tests: a real server on a local
// port that knows a few words, and that can be told to misbehave.
package servicetest

import (
	"encoding/json"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
)

// Dims is how many numbers the service gives unless told otherwise.
const Dims = 96

// Server is the service.
type Server struct {
	URL string

	mu       sync.Mutex
	dims     int
	concepts map[string]string
	answer   http.HandlerFunc
	requests int
	texts    []string
	headers  []http.Header
}

// New starts a service that goes with the test. concepts says which words mean the
// same; a word that is not in it means itself.
func New(t testing.TB, concepts map[string]string) *Server {
	t.Helper()
	s := &Server{dims: Dims, concepts: concepts}
	local := httptest.NewServer(s)
	t.Cleanup(local.Close)
	s.URL = local.URL + "/v1/embeddings"
	return s
}

// Answer makes the service answer as f does, as usual again when f is nil.
func (s *Server) Answer(f http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = f
}

// Give makes the service give so many numbers.
func (s *Server) Give(dims int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dims = dims
}

// Requests counts what was asked.
func (s *Server) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// Texts lists the texts that were sent, in order.
func (s *Server) Texts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.texts)
}

// Headers lists the headers of the requests, in order.
func (s *Server) Headers() []http.Header {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.headers)
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Model string   `json:"model"`
		Input []string `json:"input"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || r.Method != http.MethodPost || in.Model == "" {
		http.Error(w, "want a POST of model and input", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	s.requests++
	s.texts = append(s.texts, in.Input...)
	s.headers = append(s.headers, r.Header)
	answer := s.answer
	s.mu.Unlock()
	if answer != nil {
		answer(w, r)
		return
	}
	s.Embed(w, in.Input)
}

// Embed answers with the vectors of texts, the last first, as a service may.
func (s *Server) Embed(w http.ResponseWriter, texts []string) {
	type vector struct {
		Object    string    `json:"object"`
		Index     int       `json:"index"`
		Embedding []float32 `json:"embedding"`
	}
	var data []vector
	for i := len(texts) - 1; i >= 0; i-- {
		data = append(data, vector{"embedding", i, s.Vector(texts[i])})
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(map[string]any{"object": "list", "data": data, "model": "test", "usage": map[string]int{"total_tokens": 1}}); err != nil {
		return // the one who asked went away
	}
}

// Vector is the vector of a text: the sum of a direction for each thing it names.
func (s *Server) Vector(text string) []float32 {
	s.mu.Lock()
	dims := s.dims
	s.mu.Unlock()
	sum := make([]float32, dims)
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if c, ok := s.concepts[word]; ok {
			word = c
		}
		h := fnv.New64a()
		h.Write([]byte(word))
		dice := rand.New(rand.NewPCG(h.Sum64(), 1))
		for i := range sum {
			sum[i] += float32(dice.NormFloat64())
		}
	}
	return sum
}
