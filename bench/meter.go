package main

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// meter notes how long the handler behind it takes, and answers at /-/bench in
// the form that `karvan bench` reads.
type meter struct {
	next http.Handler
	mu   sync.Mutex
	took map[string][]time.Duration
}

func newMeter(next http.Handler) *meter {
	return &meter{next: next, took: map[string][]time.Duration{}}
}

// ServeHTTP implements http.Handler.
func (m *meter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/-/bench" {
		m.read(w)
		return
	}
	began := time.Now()
	m.next.ServeHTTP(w, r)
	took := time.Since(began)
	if label := r.Header.Get("Bench-Load"); label != "" {
		m.mu.Lock()
		m.took[label] = append(m.took[label], took)
		m.mu.Unlock()
	}
}

// read tells what was noted since the last time.
func (m *meter) read(w http.ResponseWriter) {
	m.mu.Lock()
	took := m.took
	m.took = map[string][]time.Duration{}
	m.mu.Unlock()
	loads := map[string]any{}
	for label, t := range took {
		slices.Sort(t)
		at := func(p int) float64 { return t[(len(t)-1)*p/100].Seconds() * 1000 }
		loads[label] = map[string]any{"n": len(t), "p50": at(50), "p90": at(90), "p99": at(99), "max": at(100)}
	}
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // what it cannot tell stays 0
	now, most := memory()
	_ = json.NewEncoder(w).Encode(map[string]any{"loads": loads, "rss_bytes": now, "peak_bytes": most,
		"cpu_seconds": time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()})
}

// memory is the resident memory of this process, now and at most.
func memory() (now, most int64) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(status)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		kib, _ := strconv.ParseInt(f[1], 10, 64)
		switch f[0] {
		case "VmRSS:":
			now = kib << 10
		case "VmHWM:":
			most = kib << 10
		}
	}
	return now, most
}
