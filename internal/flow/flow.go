// Package flow runs life cycles that are written down as tables of states and
// verbs.
//
// A [Table] is data: the same rows decide at run time, draw the diagram in the
// documentation and are walked exhaustively by a test.
package flow

import (
	"fmt"
	"sort"
	"strings"

	"karvan/internal/fault"
)

// Step is one row: in state From, verb leads to state To.
type Step[S ~string] struct {
	From S
	Verb string
	To   S
}

// Table is a life cycle.
type Table[S ~string] []Step[S]

// Next gives the state that verb leads to from state s. It fails with
// [fault.Conflict] when the table has no such row.
func (t Table[S]) Next(s S, verb string) (S, error) {
	for _, step := range t {
		if step.From == s && step.Verb == verb {
			return step.To, nil
		}
	}
	return s, fault.New(fault.Conflict, "flow.no-such-step").With("state", string(s)).With("verb", verb)
}

// Verbs lists what can be done in state s, in the table's order.
func (t Table[S]) Verbs(s S) []string {
	var verbs []string
	for _, step := range t {
		if step.From == s {
			verbs = append(verbs, step.Verb)
		}
	}
	return verbs
}

// States lists every state of the table once, sorted.
func (t Table[S]) States() []S {
	seen := map[S]bool{}
	for _, step := range t {
		seen[step.From], seen[step.To] = true, true
	}
	states := make([]S, 0, len(seen))
	for s := range seen {
		states = append(states, s)
	}
	sort.Slice(states, func(i, j int) bool { return states[i] < states[j] })
	return states
}

// Mermaid draws the table as a state diagram for the documentation.
func (t Table[S]) Mermaid(start S) string {
	var b strings.Builder
	fmt.Fprintf(&b, "stateDiagram-v2\n    [*] --> %s\n", start)
	for _, step := range t {
		fmt.Fprintf(&b, "    %s --> %s: %s\n", step.From, step.To, step.Verb)
	}
	return b.String()
}
