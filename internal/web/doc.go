// Package web is the page kit: what every page of a node needs and no area
// should have to think about.
//
// [Kit.Wrap] stands around everything and gives each request an identifier,
// security headers, protection against requests forged by other sites,
// compression, recovery from panics and one line in the log. [Kit.Localised]
// takes the interface language from the path. [Kit.Handle] turns a [Handler],
// which returns its error, into an http.Handler: it finds out who is signed in
// and answers a fault with a translated page or a JSON problem (RFC 9457).
// [Kit.Page] executes a template of the reader's language. [Kit.Cached] keeps
// the pages that everybody sees alike.
//
// A visitor who only reads gets no cookie, so the pages they see may be kept
// by any cache. A page for somebody signed in is never kept.
//
// The kit knows no area of the platform.
package web
