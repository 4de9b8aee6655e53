package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"

	"github.com/spf13/cobra"
)

// matchingOptions are the flags of `karvan bench matching`.
type matchingOptions struct {
	records  int
	seed     uint64
	json     bool
	profiles string
	peers    []string
}

func (c *cli) benchMatching() *cobra.Command {
	var opt matchingOptions
	cmd := &cobra.Command{Use: "matching", Short: "Measure the index: matching, search, building, updates, memory", Args: cobra.NoArgs,
		Long: `Measure the index of this machine on made records, in this process. Each operation
is timed in several rounds, of which the best counts. docs/speed.md explains the figures.

A peer is a program to compare with. It is run with --docs FILE --queries FILE once
the index is measured and let go, and prints its rows as --json does; bench/matching
is one.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.measureMatching(cmd.Context(), opt) }}
	f := cmd.Flags()
	f.IntVar(&opt.records, "records", 1_000_000, "records to make")
	f.Uint64Var(&opt.seed, "seed", 1, "seed of the records and of what is asked")
	f.BoolVar(&opt.json, "json", false, "print the rows as JSON")
	f.StringVar(&opt.profiles, "profiles", "", "folder for profiles of the processor, one an operation")
	f.StringArrayVar(&opt.peers, "peer", nil, "program to compare with; may be given several times")
	return cmd
}

// matchingRow is what an operation took. Figures that do not belong to it are 0.
type matchingRow struct {
	Engine    string  `json:"engine"`
	Operation string  `json:"operation"`
	P50       float64 `json:"p50_ms"`
	P99       float64 `json:"p99_ms"`
	PerSecond float64 `json:"per_s"`
	Bytes     int64   `json:"bytes"`
}

// matchingBars are the figures to keep: at most in time and memory, at least a
// second; 0 sets none.
var matchingBars = map[bool]map[string]matchingRow{
	false: { // up to a million records
		"match":                {P50: 1.5, P99: 4},
		"match in one country": {P50: 1.5, P99: 4},
		"search, every word":   {P99: 2},
		"search, some word":    {P99: 2},
		"index":                {PerSecond: 100_000, Bytes: 1500e6},
		"serve":                {Bytes: 600e6},
		"update":               {P99: 1000},
		"match while updating": {P99: 10},
		"all against all":      {PerSecond: 1500},
		"restore":              {P50: 5000},
	},
	true: {
		"match": {P50: 12},
		"serve": {Bytes: 6e9},
	},
}

func (r matchingRow) verdict(records int) string {
	bar, ok := matchingBars[records > 1_000_000][r.Operation]
	switch {
	case !ok:
		return ""
	case bar.P50 > 0 && r.P50 > bar.P50, bar.P99 > 0 && r.P99 > bar.P99, r.PerSecond < bar.PerSecond, bar.Bytes > 0 && r.Bytes > bar.Bytes:
		return "missed"
	}
	return "kept"
}

// measureMatching measures our index, lets it go, then each peer.
func (c *cli) measureMatching(ctx context.Context, opt matchingOptions) error {
	if opt.records < 1000 {
		return errors.New("bench matching: at least 1000 records are needed")
	}
	dir, err := os.MkdirTemp("", "karvan-bench-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) // what is left of it is the system's to clean
	m := &matchingBench{cli: c, opt: opt, dir: dir, corpus: newBenchCorpus(opt.seed), updates: matchingUpdates}
	m.queries = m.corpus.queries(matchingQueries)
	err = m.karvan(ctx)
	for _, peer := range opt.peers {
		if err == nil {
			err = m.peer(ctx, peer)
		}
	}
	if opt.json {
		e := json.NewEncoder(c.out)
		e.SetIndent("", "  ")
		return errors.Join(err, e.Encode(m.rows))
	}
	m.print(c.out)
	return err
}

// peer runs a program to compare with on the same records and questions.
func (m *matchingBench) peer(ctx context.Context, program string) error {
	docs, questions := filepath.Join(m.dir, "docs.jsonl"), filepath.Join(m.dir, "queries.jsonl")
	if err := m.writePeerFiles(docs, questions); err != nil {
		return err
	}
	m.say("starting %s", program)
	cmd := exec.CommandContext(ctx, program, "--docs", docs, "--queries", questions)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, m.cli.errs
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", program, err)
	}
	var rows []matchingRow
	if err := json.Unmarshal(out.Bytes(), &rows); err != nil {
		return fmt.Errorf("%s: %w", program, err)
	}
	m.rows = append(m.rows, rows...)
	return nil
}

func (m *matchingBench) say(format string, args ...any) {
	fmt.Fprintf(m.cli.errs, "bench matching: "+format+"\n", args...)
}

// profile begins a profile of an operation and gives what ends it.
func (m *matchingBench) profile(operation string) func() {
	if m.opt.profiles == "" {
		return func() {}
	}
	f, err := os.Create(filepath.Join(m.opt.profiles, strings.ReplaceAll(operation, " ", "-")+".pprof"))
	if err == nil {
		err = pprof.StartCPUProfile(f)
	}
	if err != nil {
		m.say("%v", err)
		return func() {}
	}
	return func() {
		pprof.StopCPUProfile()
		_ = f.Close() // a profile cut short is seen when it is read
	}
}

// print writes the rows as Markdown, and how much more each operation takes a peer.
func (m *matchingBench) print(w io.Writer) {
	fmt.Fprintf(w, "%d records, %d processors (%s), %s, Karvan %s\n\n", m.opt.records, runtime.GOMAXPROCS(0), processor(), runtime.Version(), version)
	fmt.Fprint(w, "| engine | operation | ms: median | p99 | a second | MB | bars |\n|---|---|--:|--:|--:|--:|---|\n")
	own := map[string]matchingRow{}
	for _, r := range m.rows {
		verdict := ""
		if r.Engine == m.rows[0].Engine {
			own[r.Operation], verdict = r, r.verdict(m.opt.records)
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s | %s |\n", r.Engine, r.Operation,
			figure(r.P50, 3), figure(r.P99, 3), figure(r.PerSecond, 0), figure(float64(r.Bytes)/1e6, 0), verdict)
	}
	if len(m.opt.peers) == 0 {
		return
	}
	fmt.Fprint(w, "\n| peer ÷ Karvan | operation | median | p99 | a second, Karvan ÷ peer | MB |\n|---|---|--:|--:|--:|--:|\n")
	for _, r := range m.rows {
		if o, ok := own[r.Operation]; ok && r.Engine != o.Engine {
			fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s |\n", r.Engine, r.Operation,
				times(r.P50, o.P50), times(r.P99, o.P99), times(o.PerSecond, r.PerSecond), times(float64(r.Bytes), float64(o.Bytes)))
		}
	}
}

// figure writes a number, or nothing for 0.
func figure(v float64, digits int) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("%.*f", digits, v)
}

func times(a, b float64) string {
	if a == 0 || b == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f×", a/b)
}
