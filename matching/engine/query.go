package engine

// ScoreKey is the Sort.By value that orders by relevance.
const ScoreKey = "score"

// Bounds on what one query may ask. What exceeds them is left out.
const (
	maxGroups       = 512
	maxAlternatives = 64
	maxSorts        = 8
	maxLimit        = 100_000
	maxOrderBytes   = 256 // longer order keys are cut, which makes them ties
)

// Options fixes how text is scored. Zero fields take the usual values.
type Options struct {
	// Weights gives the weight of a field by name; a field not named weighs 1.
	Weights map[string]float64
	// K1 is the saturation of term frequency, 1.2 when zero.
	K1 float64
	// B is the strength of length normalisation, 0.75 when zero, none when negative.
	B float64
	// Length is the weighted length of an average document, 100 when zero.
	Length float64
}

// Doc is what the index holds of one record.
type Doc struct {
	// Key is unique over the whole index, such as a record id.
	Key string
	// Kind is the partition; a query of some kinds touches no other.
	Kind string
	// Rev is handed back with every hit.
	Rev int
	// Text holds the analysed terms by field; repeats count.
	Text []FieldTerms
	// Values holds filter and facet attributes, several values each if need be.
	Values map[string][]string
	// Numbers holds attributes to sort and to select ranges by.
	Numbers map[string]int64
	// Order holds byte-comparable sort keys, such as collation keys of titles.
	// They are compared by their first 256 bytes.
	Order map[string]string
}

// FieldTerms is the analysed text of one field.
type FieldTerms struct {
	Field string
	Terms []string
	// Weights says how much each occurrence counts, in step with Terms; nil or
	// missing means 1. It is for features that are only probable, such as one of
	// several senses of a word. A weight never counts as quite zero.
	Weights []float32
}

// Query selects, counts and orders documents.
type Query struct {
	// Kinds restricts to these kinds; empty means all.
	Kinds []string
	// Groups are the words asked for, each as its alternative terms. A document
	// must hold a term of every group; empty groups are ignored.
	Groups [][]string
	// AnyGroup asks for a term of any group instead of every group.
	AnyGroup bool
	// Weights multiplies the rarity of each group, in step with Groups;
	// missing or not positive means 1.
	Weights []float64
	// AltWeights is how sure each alternative is, from 0 to 1, in step with Groups;
	// missing means 1. Of several alternatives in one document the greatest product
	// of impact and weight counts, and rarity is that of the alternatives as sure as
	// they are.
	AltWeights [][]float64
	// Filters and Ranges must all hold.
	Filters []Filter
	Ranges  []Range
	// Facets names attributes whose values are counted over the matches.
	Facets []string
	// FacetLimit bounds the values reported for a facet; 0 means all.
	FacetLimit int
	// Sort gives the order. Ties are broken by key, ascending. A number or order
	// key that a document lacks puts it last, whichever the direction.
	Sort []Sort
	// After continues behind the last hit of an earlier page of the same query.
	// A cursor that does not fit Sort is ignored.
	After *Cursor
	// Limit bounds the hits; 0 gives totals and facets only.
	Limit int
}

// Filter selects by the values of an attribute.
type Filter struct {
	Attr string
	// Any lists the values of which a document must have one.
	Any []string
	// Not turns the filter round: a document must have none of them.
	Not bool
	// Fixed keeps the filter when its own attribute is counted as a facet.
	// Without it that facet is counted as if the filter were not set, so that a
	// reader sees what else could be chosen. Not filters are always kept.
	Fixed bool
}

// Range selects documents whose number is at least From and below To.
// From math.MinInt64 and To math.MaxInt64 leave that side open.
type Range struct {
	Attr     string
	From, To int64
}

// Sort is one key of the order: "score" or the name of a number or order key.
type Sort struct {
	By   string
	Desc bool
}

// Result answers a query.
type Result struct {
	Hits []Hit
	// Total counts all matches, of every page.
	Total int
	// Facets holds, for every facet asked, its values by falling count.
	Facets map[string][]Count
	// Next continues behind the last hit; nil when there are no more.
	Next *Cursor
}

// Hit is one document found. Score is 0 when the query has no words.
type Hit struct {
	Key   string
	Kind  string
	Rev   int
	Score float64
}

// Part is the share of one group of a query in the score of a document.
type Part struct {
	Group int    // place in Query.Groups
	Term  string // the alternative that counted, the first of equal ones
	Score float64
}

// Count is a facet value and how many matches have it.
type Count struct {
	Value string
	Count int
}

// Stats describes the size of an index.
type Stats struct {
	Docs     int   // live documents
	Dead     int   // replaced or removed documents not yet merged away
	Terms    int   // distinct terms ever seen
	Postings int   // postings held, those of dead documents included
	Segments int   // segments a query over all kinds visits
	Bytes    int64 // memory of the arrays held
}
