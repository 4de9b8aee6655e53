package parties

import (
	"fmt"
	"strconv"
	"time"

	"karvan/internal/fault"
)

// Date is a day in ISO 8601, or a month ("2004-06") or a year ("2004") when no
// more is known. "" is open: since ever, or until further notice.
type Date string

// ParseDate checks s.
func ParseDate(s string) (Date, error) {
	bad := fault.New(fault.Invalid, "date.invalid")
	if s == "" {
		return "", nil
	}
	if len(s) != 4 && len(s) != 7 && len(s) != 10 {
		return "", bad
	}
	if _, err := strconv.Atoi(s[:4]); err != nil {
		return "", bad
	}
	if _, err := time.Parse("2006-01-02", (s + "-01-01")[:10]); err != nil {
		return "", bad
	}
	return Date(s), nil
}

// First is the first day d may mean.
func (d Date) First() time.Time {
	if d == "" {
		return time.Time{}
	}
	t, err := time.Parse("2006-01-02", (string(d) + "-01-01")[:10])
	if err != nil {
		return time.Time{}
	}
	return t
}

// Precise reports whether d names a day.
func (d Date) Precise() bool { return len(d) == 10 }

// Period is from a day (inclusive) to another (exclusive: the first day on which
// it no longer holds).
type Period struct {
	From Date `json:"from,omitempty"`
	To   Date `json:"to,omitempty"`
}

// Covers reports whether the period holds on day. An imprecise date counts from
// its first day.
func (p Period) Covers(day time.Time) bool {
	day = time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)
	return (p.From == "" || !day.Before(p.From.First())) && (p.To == "" || day.Before(p.To.First()))
}

func (p Period) validate(l *fault.List, field string) {
	for name, d := range map[string]Date{"from": p.From, "to": p.To} {
		if _, err := ParseDate(string(d)); err != nil {
			l.Add(fmt.Sprintf("%s.%s", field, name), "date.invalid")
		}
	}
	if p.From != "" && p.To != "" && !p.From.First().Before(p.To.First()) && p.From != p.To {
		l.Add(field+".to", "date.order")
	}
}
