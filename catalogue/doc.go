// Package catalogue holds offers and needs.
//
// A profile is an offer or a need; its type is chosen by "which way does the
// money flow?": who pays makes a request (a need), who is paid makes an offer.
// The fields follow the partnering profile of the enterprise networks, extended
// by what readers of profiles ask for: what exists today, simple economics, the
// five elements of a need (material, method, effect, product, application).
// [Hints] says what would make a profile better; it never forbids.
//
// Matching, interests and negotiations live elsewhere.
package catalogue
