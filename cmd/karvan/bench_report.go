package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// benchReport is what `karvan bench` found.
type benchReport struct {
	Records    int     `json:"records"`
	Readers    int     `json:"readers"`
	Seconds    int     `json:"seconds"`
	Pace       float64 `json:"pace_seconds"`
	Processors int     `json:"processors"`
	CPU        string  `json:"cpu"`
	Version    string  `json:"version"`
	Go         string  `json:"go"`
	WorldBytes int64   `json:"world_bytes"`
	Sides      []side  `json:"sides"`
}

// side is one program that was measured.
type side struct {
	Name       string    `json:"name"`
	Import     float64   `json:"import_seconds"`
	ImportRate float64   `json:"import_records_per_second"`
	ImportCPU  float64   `json:"import_cpu_seconds,omitempty"`
	ImportPeak int64     `json:"import_peak_bytes,omitempty"`
	Start      float64   `json:"start_seconds"`
	Starts     []float64 `json:"starts,omitempty"`
	DataBytes  int64     `json:"data_bytes,omitempty"`
	RSSStart   int64     `json:"rss_start_bytes"`
	Closed     []loadRow `json:"closed"`
	Paced      []loadRow `json:"paced"`
}

// loadRow is what a load cost.
type loadRow struct {
	Load string `json:"load"`
	seen
	Server spread  `json:"server"`
	CPU    float64 `json:"cpu_ms_per_request"` // of the serving process, over all loads that ran together
	RSS    int64   `json:"rss_bytes"`
	Peak   int64   `json:"peak_bytes"`
}

// The bars that the measured figures are held against.
const (
	barMedian = 10.0 // ms of server time
	barP99    = 30.0
	barImport = 5000.0 // records a second
	barStart  = 2.0    // seconds
	barMemory = 600 << 20
)

// print writes the report as Markdown.
func (r benchReport) print(w io.Writer) {
	fmt.Fprintf(w, "%d records (%.0f MB of JSON Lines), %d readers, %d s a load, %d processors (%s), %s, Karvan %s\n\n",
		r.Records, mega(r.WorldBytes), r.Readers, r.Seconds, r.Processors, r.CPU, r.Go, r.Version)
	fmt.Fprintf(w, "| | bar |%s\n|---|---|%s\n", cells(r.Sides, func(s side) string { return s.Name }), strings.Repeat("---|", len(r.Sides)))
	line := func(what, bar string, f func(side) string) {
		fmt.Fprintf(w, "| %s | %s |%s\n", what, bar, cells(r.Sides, f))
	}
	line("import, records/s", fmt.Sprintf("≥ %.0f", barImport), func(s side) string { return fmt.Sprintf("%.0f", s.ImportRate) })
	line("processor time of the import, s", "", func(s side) string { return fmt.Sprintf("%.0f", s.ImportCPU) })
	line("memory of the import, highest, MiB", "", func(s side) string { return fmt.Sprintf("%.0f", mebi(s.ImportPeak)) })
	line("start, s", fmt.Sprintf("≤ %.0f", barStart), func(s side) string { return fmt.Sprintf("%.2f", s.Start) })
	line("memory after start, MiB", fmt.Sprintf("≤ %d", barMemory>>20), func(s side) string { return fmt.Sprintf("%.0f", mebi(s.RSSStart)) })
	line("memory under load, highest, MiB", fmt.Sprintf("≤ %d", barMemory>>20), func(s side) string { return fmt.Sprintf("%.0f", mebi(s.peak())) })
	r.table(w, fmt.Sprintf("Paced: all loads together, %d readers, a page every %.1f s", r.Readers, r.Pace), func(s side) []loadRow { return s.Paced })
	r.table(w, fmt.Sprintf("Saturated: one load at a time, %d readers, no pause", r.Readers), func(s side) []loadRow { return s.Closed })
}

func (r benchReport) table(w io.Writer, title string, rows func(side) []loadRow) {
	fmt.Fprintf(w, "\n%s\n\n| program | load | server ms: median | p99 | max | client ms: median | p99 | requests/s | CPU ms/request | KB/answer | errors | bars |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|\n", title)
	for _, s := range r.Sides {
		for _, x := range rows(s) {
			fmt.Fprintf(w, "| %s | %s | %.2f | %.2f | %.1f | %.2f | %.2f | %.0f | %.2f | %.1f | %d | %s |\n", s.Name, x.Load, x.Server.P50, x.Server.P99, x.Server.Most,
				x.Client.P50, x.Client.P99, x.Rate, x.CPU, float64(x.Bytes)/1000/float64(max(1, x.Requests)), x.Errors, x.bars())
			if x.First != "" {
				fmt.Fprintf(w, "| | | first error: %s |\n", x.First)
			}
		}
	}
	if len(r.Sides) < 2 {
		return
	}
	fmt.Fprint(w, "\n| peer ÷ Karvan | load | server median | p99 | CPU | requests/s, Karvan ÷ peer |\n|---|---|--:|--:|--:|--:|\n")
	for _, s := range r.Sides[1:] {
		for _, x := range rows(s) {
			for _, ours := range rows(r.Sides[0]) {
				if ours.Load == x.Load {
					fmt.Fprintf(w, "| %s | %s | %.1f× | %.1f× | %.1f× | %.1f× |\n", s.Name, x.Load, ratio(x.Server.P50, ours.Server.P50), ratio(x.Server.P99, ours.Server.P99), ratio(x.CPU, ours.CPU), ratio(ours.Rate, x.Rate))
				}
			}
		}
	}
}

// bars says whether the load keeps the bars on server time.
func (x loadRow) bars() string {
	if x.Server.P50 <= barMedian && x.Server.P99 <= barP99 && x.Errors == 0 {
		return "kept"
	}
	return "missed"
}

func (s side) peak() (most int64) {
	for _, x := range append(s.Closed[:len(s.Closed):len(s.Closed)], s.Paced...) {
		most = max(most, x.Peak)
	}
	return most
}

func cells(sides []side, f func(side) string) string {
	var b strings.Builder
	for _, s := range sides {
		b.WriteString(" " + f(s) + " |")
	}
	return b.String()
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

func mega(n int64) float64 { return float64(n) / 1e6 }
func mebi(n int64) float64 { return float64(n) / (1 << 20) }

var nextPage = regexp.MustCompile(`cursor=([^"]+?)(?:&amp;|&|")`)

// deepen turns a part of the lists into later pages: it asks for some first pages
// and takes where they go on.
func (b *bench) deepen(base string) {
	const asked, every = 200, 3
	list := b.paths["facets"]
	for i := 0; i < min(asked*every, len(list)); i += every {
		res, err := http.Get(base + list[i]) // unpacked by the client
		if err != nil {
			return // the load that follows will count it
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		at := nextPage.FindSubmatch(body)
		if err != nil || at == nil {
			continue
		}
		cursor, err := url.QueryUnescape(html.UnescapeString(string(at[1])))
		if err != nil {
			continue
		}
		path, query, _ := strings.Cut(list[i], "?")
		for k := i; k < len(list); k += asked * every { // the same later page under other names
			v, _ := url.ParseQuery(query) // our own
			v.Set("cursor", cursor)
			v.Set("n", strconv.Itoa(k))
			list[k] = path + "?" + v.Encode()
		}
	}
}

// writeWishes writes the wishes for a peer, one a line.
func writeWishes(path string, wishes map[string][]wish) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	e := json.NewEncoder(w)
	for _, load := range benchLoads {
		for _, x := range wishes[load] {
			if err := e.Encode(x); err != nil {
				return err
			}
		}
	}
	return w.Flush()
}

// readPaths reads a peer's addresses: the load, a tab, the path.
func readPaths(path string) (map[string][]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all := map[string][]string{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if load, path, ok := strings.Cut(lines.Text(), "\t"); ok {
			all[load] = append(all[load], path)
		}
	}
	return all, lines.Err()
}
