package record

import "reflect"

// CacheSize is what the cache counts for a record whose canonical form has so many
// bytes.
func CacheSize(canonical int) int { return recordFixed + recordFactor*canonical }

// SetCache gives b an empty cache with other bounds.
func SetCache(b *Book, records, bytes int) { b.cache = newCache(records, bytes) }

// Cached is how many records b's cache holds and what it counts for them.
func Cached(b *Book) (records, bytes int) { return b.cache.order.Len(), b.cache.bytes }

// Transformed gives the canonical form of r by way of the libraries.
func Transformed(r *Record) ([]byte, error) { return r.transformed() }

// AppendCanonical gives the canonical form of any value, false when it is left to
// the libraries.
func AppendCanonical(v any) ([]byte, bool) { return appendCanonical(nil, reflect.ValueOf(v), 0) }

// DecodeAny decodes by way of encoding/json.
func DecodeAny(b *Book, data []byte) (*Record, error) {
	r, err := b.decodeAny(data)
	return r, err
}

// DecodeUsual gives the record in data, nil when it is left to encoding/json.
func DecodeUsual(b *Book, data []byte) *Record {
	r := b.decodeUsual(data)
	if r != nil {
		r.truncateTimes()
	}
	return r
}

// CompareNames puts names in the order of RFC 8785.
func CompareNames(a, b string) int { return compareNames(a, b) }
