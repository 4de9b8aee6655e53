package api

import (
	"context"
	"net/http"
	"time"

	"karvan/internal/db"
	"karvan/internal/journal"
)

// DefaultLag is how many lines of the journal the index may be behind while the
// node counts as ready.
const DefaultLag = 1000

// readyTimeout bounds how long a probe waits for the database.
const readyTimeout = 3 * time.Second

// Probe is the answer to a probe.
type Probe struct {
	Status  string   `json:"status"`            // "ok" or "unavailable"
	Reasons []string `json:"reasons,omitempty"` // why not: "database", "index-behind"
	Behind  int64    `json:"behind"`            // lines of the journal the index has to follow yet
}

// Health answers as long as the process does.
func (a *API) Health() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.probe(w, r, Probe{Status: "ok"}) })
}

// Ready answers 200 when the node can serve: the database answers and the index
// follows the journal. Otherwise it answers 503 and says why.
func (a *API) Ready() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
		defer cancel()
		p := Probe{Status: "ok"}
		var last int64
		err := a.DB.Ping(ctx)
		if err == nil {
			err = a.DB.Read(ctx, func(tx *db.Tx) (err error) { last, err = journal.Last(ctx, tx); return err })
		}
		if err != nil {
			p.Reasons = append(p.Reasons, "database")
		} else {
			p.Behind = max(0, last-a.Index.Position())
		}
		most := a.MaxLag
		if most == 0 {
			most = DefaultLag
		}
		if p.Behind > most {
			p.Reasons = append(p.Reasons, "index-behind")
		}
		if len(p.Reasons) > 0 {
			p.Status = "unavailable"
		}
		a.probe(w, r, p)
	})
}

func (a *API) probe(w http.ResponseWriter, r *http.Request, p Probe) {
	status := http.StatusOK
	if p.Status != "ok" {
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "5")
	}
	w.Header().Set("Cache-Control", "no-store")
	a.send(w, r, answer{status: status, mediaType: "application/json", body: encode(p)})
}
