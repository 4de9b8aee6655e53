// Package lexicon knows languages and concepts: it turns text into the terms
// under which it is found.
//
// Text is cut into words by Unicode segmentation (UAX #29), a word is normalised
// so that spellings of the same word agree, and in English and Russian it is
// reduced to its Snowball stem. Chinese is indexed by overlapping pairs of
// characters. A query word becomes a group of alternatives, one for every way in
// which a document may hold it.
package lexicon
