package service

import (
	"sync"
	"time"
)

// How many failures in a row end the asking, and for how long.
const (
	failuresMost = 5
	pauseFirst   = 30 * time.Second
	pauseMost    = 10 * time.Minute
)

// breaker keeps a service that fails from being asked. After its pause one request
// may try; a failure makes the next pause twice as long.
type breaker struct {
	mu     sync.Mutex
	failed int // in a row
	pause  time.Duration
	until  time.Time
	trying bool // the one after a pause is under way
}

// open says whether a request may be made, and lets a single one through after a
// pause.
func (b *breaker) open(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.until) || b.trying {
		return false
	}
	b.trying = b.pause > 0
	return true
}

func (b *breaker) left(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(0, b.until.Sub(now))
}

func (b *breaker) success() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failed, b.pause, b.until, b.trying = 0, 0, time.Time{}, false
}

// unknown ends a request of which nothing can be said.
func (b *breaker) unknown() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
}

func (b *breaker) failure(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
	if now.Before(b.until) {
		return // it was asked before the pause began
	}
	b.failed++
	if b.failed < failuresMost && b.pause == 0 {
		return
	}
	b.pause = min(max(2*b.pause, pauseFirst), pauseMost)
	b.until = now.Add(b.pause)
}

// quiet keeps the service from being asked until a time that it named.
func (b *breaker) quiet(until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if until.After(b.until) {
		b.until = until
	}
}
