package app

import (
	"net/http"

	"karvan/api"
	"karvan/site"
)

// routes puts the pages, the API and the probes together.
func (a *App) routes() (http.Handler, error) {
	open := &api.API{DB: a.DB, Book: a.Book, Index: a.Index, Web: a.Web, PathOf: site.Path,
		Node: api.Node{Name: a.Config.Name, BaseURL: a.Config.BaseURL, Demo: a.Config.Demo, Version: Version}}
	data, pages := open.Handler(), a.Site.Handler()
	a.metrics.gauge("karvan_records", "Documents in the index.", func() float64 { return float64(a.Index.Stats().Docs) })
	a.metrics.gauge("karvan_index_position", "Place in the journal that the index has followed.", func() float64 { return float64(a.Index.Position()) })
	mux := http.NewServeMux()
	mux.Handle("GET /healthz", open.Health())
	mux.Handle("GET /readyz", open.Ready())
	mux.Handle("GET /metrics", a.metrics.handler())
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if open.Serves(r.URL.Path) {
			data.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})
	return mux, nil
}
