package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"karvan/app"
)

// benchLabel is the request header by which a reader says what it measures.
// What is measured is asked for at benchMeter, where it begins anew.
const (
	benchLabel   = "Bench-Load"
	benchMeter   = "/-/bench"
	benchProfile = "/-/bench/profile"
)

// meter notes how long the handler behind it takes. Peers under comparison
// answer benchMeter in the same form.
type meter struct {
	next     http.Handler
	profiles string // folder for profiles of the processor, "" for none

	mu    sync.Mutex
	took  map[string][]time.Duration
	stops func()
}

// meterReading is what a meter answers with.
type meterReading struct {
	Loads map[string]spread `json:"loads"`
	CPU   float64           `json:"cpu_seconds"` // of the process since it began
	RSS   int64             `json:"rss_bytes"`
	Peak  int64             `json:"peak_bytes"`
}

// spread describes durations, in milliseconds.
type spread struct {
	N    int     `json:"n"`
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	Most float64 `json:"max"`
}

func spreadOf(took []time.Duration) spread {
	if len(took) == 0 {
		return spread{}
	}
	slices.Sort(took)
	at := func(p int) float64 { return took[(len(took)-1)*p/100].Seconds() * 1000 }
	return spread{len(took), at(50), at(90), at(99), at(100)}
}

// ServeHTTP implements http.Handler.
func (m *meter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case benchMeter:
		m.read(w)
		return
	case benchProfile:
		m.profile(w, r.URL.Query().Get("load"))
		return
	}
	began := time.Now()
	m.next.ServeHTTP(w, r)
	took := time.Since(began)
	if label := r.Header.Get(benchLabel); label != "" {
		m.mu.Lock()
		m.took[label] = append(m.took[label], took)
		m.mu.Unlock()
	}
}

func (m *meter) read(w http.ResponseWriter) {
	m.mu.Lock()
	took := m.took
	m.took = map[string][]time.Duration{}
	m.mu.Unlock()
	reading := meterReading{Loads: map[string]spread{}, CPU: cpuSeconds()}
	for label, t := range took {
		reading.Loads[label] = spreadOf(t)
	}
	reading.RSS, reading.Peak = memory()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(reading) // the reader went away: nothing to tell
}

// profile ends the profile under way, and begins one of a load when it has a name.
func (m *meter) profile(w http.ResponseWriter, load string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stops != nil {
		m.stops()
		m.stops = nil
	}
	if load == "" || m.profiles == "" {
		return
	}
	f, err := os.Create(filepath.Join(m.profiles, filepath.Base(load)+".pprof"))
	if err == nil {
		err = pprof.StartCPUProfile(f)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	m.stops = func() { pprof.StopCPUProfile(); _ = f.Close() }
}

// cpuSeconds is the processor time of this process so far.
func cpuSeconds() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// memory is the resident memory of this process, now and at most; 0 where the
// system has no /proc.
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

// benchServe serves a node as `karvan serve` does, with a meter before it, and
// says on standard output how long it took to open and where it is.
func (c *cli) benchServe() *cobra.Command {
	var profiles string
	cmd := &cobra.Command{Use: "serve", Short: "Serve a node with a meter before it", Hidden: true, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) (err error) {
		began := time.Now()
		cfg, err := c.load()
		if err != nil {
			return err
		}
		ctx := cmd.Context()
		a, err := app.Open(ctx, cfg)
		if err != nil {
			return err
		}
		opened := time.Since(began)
		defer func() { err = errors.Join(err, a.Close()) }()
		handler, err := a.Handler()
		if err != nil {
			return err
		}
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		server := &http.Server{Handler: &meter{next: handler, profiles: profiles, took: map[string][]time.Duration{}}, ReadHeaderTimeout: 10 * time.Second}
		var background sync.WaitGroup
		background.Go(func() { err = errors.Join(err, a.Feed.Run(ctx, time.Second)) })
		background.Go(func() {
			<-ctx.Done()
			_ = server.Close() // readers are done before they stop the server
		})
		fmt.Fprintf(c.out, "{\"url\":\"http://%s\",\"open_seconds\":%.4f,\"ready_seconds\":%.4f}\n", listener.Addr(), opened.Seconds(), time.Since(began).Seconds())
		if served := server.Serve(listener); !errors.Is(served, http.ErrServerClosed) {
			return served
		}
		background.Wait()
		return err
	}}
	cmd.Flags().StringVar(&profiles, "profiles", "", "folder for profiles of the processor, one a load")
	return cmd
}

// child is a process that the benchmark started and talks to.
type child struct {
	name  string
	hello hello
	stop  func() error
}

// hello is what a child says when it is ready.
type hello struct {
	Name    string  `json:"name"`
	URL     string  `json:"url"`
	Open    float64 `json:"open_seconds"`
	Ready   float64 `json:"ready_seconds"`
	Import  float64 `json:"import_seconds"`
	Records int     `json:"records"`
}

// ask fetches JSON from the child.
func (c *child) ask(ctx context.Context, path string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.hello.URL+path, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s%s: %s", c.name, path, res.Status)
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(res.Body).Decode(into)
}
