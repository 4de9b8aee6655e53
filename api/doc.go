// Package api serves open data: JSON under /api/v1 with its OpenAPI description,
// feeds and tables of every list, sitemaps, and the probes of whoever runs the
// node.
//
// Everything here is read-only and for everybody, whoever is signed in: it
// answers from public revisions alone. A revision is public by its own state,
// not by that of its record, so the history of a published record has holes
// where its drafts were.
//
// Errors are problems in JSON (RFC 9457) in the language the request asks for.
package api
