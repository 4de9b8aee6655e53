package service

import "io"

// ParseForTest is parse.
func ParseForTest(body io.Reader, n int) ([][]float32, error) { return parse(body, n) }

// The bounds of the circuit breaker.
const (
	FailuresMost = failuresMost
	PauseFirst   = pauseFirst
	PauseMost    = pauseMost
)
