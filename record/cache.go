package record

import (
	"container/list"
	"sync"

	"karvan/internal/id"
)

// cache keeps the most recently used decoded revisions. Revisions never
// change, so a cached one is never stale.
type cache struct {
	mu    sync.Mutex
	max   int
	order *list.List // of *Record, newest first
	byKey map[Ref]*list.Element
}

func newCache(max int) *cache {
	return &cache{max: max, order: list.New(), byKey: map[Ref]*list.Element{}}
}

func (c *cache) get(k Ref) *Record {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byKey[k]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*Record)
}

func (c *cache) put(r *Record) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := Ref{r.ID, r.Rev}
	if e := c.byKey[k]; e != nil {
		c.order.MoveToFront(e)
		return
	}
	c.byKey[k] = c.order.PushFront(r)
	for c.order.Len() > c.max {
		e := c.order.Back()
		old := e.Value.(*Record)
		delete(c.byKey, Ref{old.ID, old.Rev})
		c.order.Remove(e)
	}
}

// drop forgets every revision of a record, when its content is erased.
func (c *cache) drop(record id.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, e := range c.byKey {
		if k.ID == record {
			delete(c.byKey, k)
			c.order.Remove(e)
		}
	}
}
