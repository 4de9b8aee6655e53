// Package lexicon knows languages and concepts: it turns text into the terms
// under which it is found.
//
// Text is cut into words by Unicode segmentation (UAX #29), a word is normalised
// so that spellings of the same word agree, and reduced to its stem: Snowball's in
// English and Russian, a light one in the other languages. Chinese is indexed by
// overlapping pairs of characters. A [Lexicon] adds what words and phrases stand for
// in vocabularies, what unknown names sound like, and quantities in one unit for
// each dimension. A query word becomes a group of alternatives, one for every way in
// which a document may hold it. [Identify] tells in which language a text is written.
//
// How it works in detail, and how well, is in docs/lexicon.md.
package lexicon
