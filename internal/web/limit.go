package web

import (
	"math"
	"sync"
	"time"

	"karvan/internal/fault"
)

// Limiter bounds how often something may be tried under one key, within a
// window that slides: the trials of the last period count, whenever it began.
// It holds a bounded number of keys and forgets the one idle longest first.
type Limiter struct {
	n      int
	period time.Duration
	mu     sync.Mutex
	keys   *lru[string, *trials]
}

type trials struct {
	at []time.Time // the last n, as a ring
	i  int         // where the oldest stands
}

// NewLimiter allows n trials per period for each of at most keys keys.
func NewLimiter(n int, period time.Duration, keys int) *Limiter {
	return &Limiter{n: n, period: period, keys: newLRU[string, *trials](max(keys, 4))}
}

// Try counts a trial at a time. It fails with a fault that is answered with
// 429 when there were too many; such a trial does not count itself.
func (l *Limiter) Try(key string, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.keys.get(key)
	if !ok {
		t = &trials{at: make([]time.Time, l.n)}
		l.keys.put(key, t, 1)
	}
	if free := t.at[t.i].Add(l.period); !t.at[t.i].IsZero() && now.Before(free) {
		seconds := int(math.Ceil(free.Sub(now).Seconds()))
		return fault.New(fault.Busy, "fault.rate-limited", "n", seconds).With(retryAfter, seconds)
	}
	t.at[t.i] = now
	t.i = (t.i + 1) % l.n
	return nil
}

// Forget lets a key start anew, after a trial that succeeded.
func (l *Limiter) Forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t, ok := l.keys.get(key); ok {
		clear(t.at)
	}
}
