// Package app builds the whole program from a Config; main and the end-to-end
// tests both start here.
//
// It is the one place where kinds, journal consumers, pages and the API are put
// together, by hand.
package app
