package vectors

import "sync"

// answersMost bounds the vectors kept of what people asked.
const answersMost = 1000

// answers keeps the vectors of what people asked lately, since a page is turned and
// a list is filtered with the same words. When it is full the older half goes.
type answers struct {
	mu       sync.Mutex
	new, old map[string]Vector
}

func (a *answers) get(words string) (Vector, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if v, ok := a.new[words]; ok {
		return v, true
	}
	v, ok := a.old[words]
	if ok {
		a.keep(words, v)
	}
	return v, ok
}

func (a *answers) put(words string, v Vector) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.keep(words, v)
}

func (a *answers) keep(words string, v Vector) {
	if len(a.new) >= answersMost/2 {
		a.old, a.new = a.new, nil
	}
	if a.new == nil {
		a.new = map[string]Vector{}
	}
	a.new[words] = v
}
