package site

import (
	"context"
	"time"

	"karvan/internal/db"
	"karvan/internal/fault"
)

// LinkCheck is what the last look at an address found.
type LinkCheck struct {
	URL     string
	Status  int    // of the answer, 0 when there was none
	Problem string // why there was none, "" when all is well
	Checked time.Time
}

// linkChecks gives what was found at every address that was looked at.
func linkChecks(ctx context.Context, tx *db.Tx) (found map[string]LinkCheck, err error) {
	defer fault.Wrap(&err, "site.linkChecks")
	rows, err := tx.Query(ctx, `SELECT url, status, problem, checked_at FROM link_checks`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found = map[string]LinkCheck{}
	for rows.Next() {
		var c LinkCheck
		var at int64
		if err := rows.Scan(&c.URL, &c.Status, &c.Problem, &at); err != nil {
			return nil, err
		}
		c.Checked = db.Time(at)
		found[c.URL] = c
	}
	return found, rows.Err()
}

// putLinkChecks keeps what was found, in place of what was found before.
func putLinkChecks(ctx context.Context, tx *db.Tx, checks []LinkCheck) (err error) {
	defer fault.Wrap(&err, "site.putLinkChecks(%d)", len(checks))
	for _, c := range checks {
		if _, err := tx.Exec(ctx, `INSERT INTO link_checks (url, status, problem, checked_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (url) DO UPDATE SET status = excluded.status, problem = excluded.problem, checked_at = excluded.checked_at`,
			c.URL, c.Status, c.Problem, db.Micros(tx.Now)); err != nil {
			return err
		}
	}
	return nil
}
