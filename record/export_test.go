package record

// CacheSize is what the cache counts for a record whose canonical form has so many
// bytes.
func CacheSize(canonical int) int { return recordFixed + recordFactor*canonical }

// SetCache gives b an empty cache with other bounds.
func SetCache(b *Book, records, bytes int) { b.cache = newCache(records, bytes) }

// Cached is how many records b's cache holds and what it counts for them.
func Cached(b *Book) (records, bytes int) { return b.cache.order.Len(), b.cache.bytes }
