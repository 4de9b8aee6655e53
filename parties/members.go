package parties

import (
	"sort"
	"strings"
	"time"

	"karvan/internal/id"
)

// Standing is what a state is to a body on a day.
type Standing struct {
	Status
	Order int // place of the state by the body's own rule, filled in by the caller
}

// Members lists what each state is to a body on a day. A status counts only
// while its category exists: a body that has merged its observers into partners
// has no observers that day, whatever an old line says.
func Members(b *Body, day time.Time) []Standing {
	exists := map[string]bool{}
	for _, c := range b.Categories {
		if c.Covers(day) {
			exists[c.Key] = true
		}
	}
	var on []Standing
	for _, s := range b.Statuses {
		if exists[s.Category] && s.Covers(day) {
			on = append(on, Standing{Status: s})
		}
	}
	sort.SliceStable(on, func(i, j int) bool { return on[i].State < on[j].State })
	return on
}

// CategoriesOn lists the categories a body has on a day, in the body's order.
func CategoriesOn(b *Body, day time.Time) []Category {
	var on []Category
	for _, c := range b.Categories {
		if c.Covers(day) {
			on = append(on, c)
		}
	}
	return on
}

// ChairOn is the state that presides on a day, "" when none is known.
func ChairOn(b *Body, day time.Time) id.ID {
	for _, c := range b.Chairs {
		if shown(c.Period, c.On, day) {
			return c.State
		}
	}
	return ""
}

// shown reports whether something is known to hold on a day: by its period, or,
// when that is not known, because a source shows it for that very day.
func shown(p Period, on []Date, day time.Time) bool {
	if len(on) == 0 || p.From != "" || p.To != "" {
		return p.Covers(day)
	}
	for _, d := range on {
		if d != "" && strings.HasPrefix(day.Format("2006-01-02"), string(d)) {
			return true
		}
	}
	return false
}

// StatusOn is what a state is to a body on a day, "" for nothing.
func StatusOn(b *Body, state id.ID, day time.Time) string {
	for _, m := range Members(b, day) {
		if m.State == state {
			return m.Category
		}
	}
	return ""
}

// Held reports whether the tenure is known to hold on a day.
func (t Tenure) Held(day time.Time) bool { return shown(t.Period, t.On, day) }
