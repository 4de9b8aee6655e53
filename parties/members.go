package parties

import (
	"sort"
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
		if c.Covers(day) {
			return c.State
		}
	}
	return ""
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
func (t Tenure) Held(day time.Time) bool {
	if len(t.On) > 0 && t.From == "" && t.To == "" {
		for _, d := range t.On {
			if d.First().Equal(time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)) {
				return true
			}
		}
		return false
	}
	return t.Covers(day)
}
