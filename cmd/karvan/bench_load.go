package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"karvan/catalogue"
	"karvan/lexicon"
)

// wish is what a reader wants, in words that other programs can translate into
// their own addresses.
type wish struct {
	Load  string `json:"load"`
	ID    string `json:"id,omitempty"`
	State string `json:"state,omitempty"`
	Stage string `json:"stage,omitempty"`
	Words string `json:"words,omitempty"`
	Page  int    `json:"page,omitempty"` // from 1; pages after the first are asked by number
}

// The loads, in the order of the table. Peers are measured with those that a
// wish describes.
var benchLoads = []string{"list", "search", "record", "facets", "board", "api", "repeat"}

// benchPages are the languages in which readers read.
var benchPages = []string{"en", "ru", "zh", "fa"}

// wishes makes n wishes of each load that peers understand.
func (w *benchWorld) wishes(n, records int) map[string][]wish {
	all := map[string][]wish{}
	for range n {
		state := w.states[w.rng.IntN(len(w.states))].code
		list := wish{Load: "list", State: state, Page: 1}
		if w.rng.IntN(2) == 0 {
			list.Stage = pick(w.rng, catalogue.Stages)
		}
		words := w.word(w.lang())
		all["list"] = append(all["list"], list)
		all["search"] = append(all["search"], wish{Load: "search", Words: words, Page: 1})
		i := w.rng.IntN(records)
		for w.kindOf(i) != "offer" && w.kindOf(i) != "need" {
			i = w.rng.IntN(records)
		}
		all["record"] = append(all["record"], wish{Load: "record", ID: string(w.idOf(i))})
	}
	return all
}

// paths gives Karvan's addresses for every load. No two of one load are alike,
// save in "repeat", whose few are asked again and again: a parameter n that means
// nothing keeps the cache of pages from answering.
func (w *benchWorld) paths(wishes map[string][]wish, n int) map[string][]string {
	all := map[string][]string{}
	add := func(load, path string, v url.Values) {
		v.Set("n", strconv.Itoa(len(all[load])))
		all[load] = append(all[load], path+"?"+v.Encode())
	}
	reader := func() string { return "/" + pick(w.rng, benchPages) }
	for _, x := range wishes["list"] {
		v := url.Values{"state": {x.State}, "sort": {"newest"}}
		if x.Stage != "" {
			v.Set("stage", x.Stage)
		}
		add("list", reader()+"/catalogue", v)
	}
	for i, x := range wishes["search"] {
		path := "/search"
		if i%3 == 0 {
			path = "/catalogue"
		}
		add("search", reader()+path, url.Values{"q": {x.Words}})
	}
	for _, x := range wishes["record"] {
		add("record", reader()+"/catalogue/"+x.ID[len(x.ID)-26:], url.Values{})
	}
	for i := range n {
		add("facets", reader()+"/catalogue", w.facets())
		if i%4 == 0 {
			add("board", reader()+"/", url.Values{})
		} else {
			add("board", reader()+"/board", url.Values{"topic": {pick(w.rng, lexicon.Topics)}, "party": {w.states[w.rng.IntN(len(w.states))].code}})
		}
		v := url.Values{"kind": {"offer", "need"}, "state": {w.states[w.rng.IntN(len(w.states))].code}}
		all["api"] = append(all["api"], "/api/v1/records?"+v.Encode())
	}
	for _, load := range []string{"list", "search", "record", "facets", "board"} {
		all["repeat"] = append(all["repeat"], all[load][:min(12, len(all[load]))]...)
	}
	return all
}

// facets is a random choice of filters, and an order.
func (w *benchWorld) facets() url.Values {
	v := url.Values{}
	some := func(name string, of []string, odds int) {
		for w.rng.IntN(100) < odds {
			v.Add(name, pick(w.rng, of))
			odds /= 3
		}
	}
	some("kind", []string{"offer", "need"}, 30)
	some("state", []string{w.states[0].code, w.states[1].code, w.states[w.rng.IntN(len(w.states))].code}, 40)
	some("field", catalogue.Fields, 25)
	some("topic", lexicon.Topics, 30)
	some("stage", catalogue.Stages, 30)
	some("cooperation", catalogue.Cooperations, 25)
	some("lang", benchPages, 20)
	some("sort", []string{"newest", "confirmed", "deadline"}, 50)
	some("fresh", []string{"1"}, 15)
	return v
}

// readers ask a server for pages.
type readers struct {
	base   string
	n      int
	client *http.Client
}

func newReaders(base string, n int) *readers {
	t := &http.Transport{MaxIdleConns: n, MaxIdleConnsPerHost: n, DisableCompression: true}
	return &readers{base: base, n: n, client: &http.Client{Transport: t, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// seen is what the readers saw of a load.
type seen struct {
	Client   spread  `json:"client"`
	Rate     float64 `json:"requests_per_second"`
	Requests int     `json:"requests"`
	Errors   int     `json:"errors"`
	Bytes    int64   `json:"bytes"`
	First    string  `json:"first_error,omitempty"`
}

// run lets the readers ask for so long. Without a pace each asks again as soon as
// it has its answer; with one it asks at even times from a random beginning, as a
// person who reads does. pick names the load and the path of the i-th request.
func (r *readers) run(ctx context.Context, d, pace time.Duration, pick func(i int) (load, path string)) map[string]seen {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	var mu sync.Mutex
	took, out := map[string][]time.Duration{}, map[string]seen{}
	var next atomic.Int64
	var wait sync.WaitGroup
	began := time.Now()
	for range r.n {
		wait.Go(func() {
			at := time.Now()
			if pace > 0 {
				at = at.Add(rand.N(pace))
			}
			for {
				if pace > 0 {
					select {
					case <-ctx.Done():
						return
					case <-time.After(time.Until(at)):
					}
					at = at.Add(pace)
				}
				if ctx.Err() != nil {
					return
				}
				load, path := pick(int(next.Add(1) - 1))
				asked := time.Now()
				n, err := r.get(load, path)
				spent := time.Since(asked)
				mu.Lock()
				s := out[load]
				s.Requests++
				s.Bytes += n
				if err != nil {
					if s.Errors++; s.First == "" {
						s.First = err.Error()
					}
				}
				out[load] = s
				took[load] = append(took[load], spent)
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	lasted := time.Since(began).Seconds()
	for load, s := range out {
		s.Client, s.Rate = spreadOf(took[load]), float64(s.Requests)/lasted
		out[load] = s
	}
	return out
}

// get asks for a page to its end, so that no answer is half measured.
func (r *readers) get(load, path string) (n int64, err error) {
	req, err := http.NewRequest(http.MethodGet, r.base+path, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Accept-Encoding", "gzip")
	if load != "" {
		req.Header.Set(benchLabel, load)
	}
	res, err := r.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if n, err = io.Copy(io.Discard, res.Body); err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", path, res.Status)
	}
	return n, err
}
