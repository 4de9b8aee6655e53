package record

import (
	"container/list"
	"sync"

	"karvan/internal/id"
)

// Bounds on what the cache holds. A decoded record takes up to twice its
// canonical form and a fixed part, see TestWhatADecodedRecordTakes.
const (
	cacheRecords = 20_000
	cacheBytes   = 96 << 20
	recordFactor = 2
	recordFixed  = 1536
	cacheErased  = 10_000
)

// cache keeps the most recently used decoded revisions. Revisions never
// change, so a cached one is never stale.
type cache struct {
	mu       sync.Mutex
	max      int // in records
	maxBytes int
	bytes    int
	order    *list.List // of *cached, newest first
	byKey    map[Ref]*list.Element
	// erased are records whose content must not come back with a reader that
	// began before it was erased.
	erased map[id.ID]bool
}

type cached struct {
	record *Record
	size   int
}

func newCache(max, maxBytes int) *cache {
	return &cache{max: max, maxBytes: maxBytes, order: list.New(), byKey: map[Ref]*list.Element{}, erased: map[id.ID]bool{}}
}

func (c *cache) get(k Ref) *Record {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byKey[k]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*cached).record
}

// put keeps r, whose canonical form has so many bytes.
func (c *cache) put(r *Record, canonical int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := Ref{r.ID, r.Rev}
	if e := c.byKey[k]; e != nil {
		c.order.MoveToFront(e)
		return
	}
	if c.erased[r.ID] {
		return
	}
	size := recordFixed + recordFactor*canonical
	c.byKey[k] = c.order.PushFront(&cached{r, size})
	c.bytes += size
	for c.order.Len() > c.max || c.bytes > c.maxBytes {
		c.remove(c.order.Back())
	}
}

func (c *cache) remove(e *list.Element) {
	old := c.order.Remove(e).(*cached)
	delete(c.byKey, Ref{old.record.ID, old.record.Rev})
	c.bytes -= old.size
}

// drop forgets every revision of a record, when its content is erased.
func (c *cache) drop(record id.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, e := range c.byKey {
		if k.ID == record {
			c.remove(e)
		}
	}
	if len(c.erased) >= cacheErased { // who read before the first of them is long done
		clear(c.erased)
	}
	c.erased[record] = true
}
