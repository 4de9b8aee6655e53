// Package record holds what crosses borders: one typed, multilingual,
// revisioned document with a stable id.
//
// Words. A [Record] is an envelope (who, in which languages, in what state)
// around a typed [Body]. Its words are [Version]s, one per language, each
// marked original, human or machine; a language without a version is missing.
// A revision is an immutable state of a record, hashed in its canonical form
// (RFC 8785) with SHA-256. The head is the newest revision; the public revision
// is the one visitors see, and stays while a change to it is prepared.
//
// Invariants. Revisions of a record are numbered from 1 without gaps, each later
// in time than the one before, each naming its predecessor's digest. Notes are
// only ever appended. Once published, nothing changes without a note. Where the
// kind asks for four eyes, nobody publishes what they wrote themselves.
//
// It does not search: the database answers by key, the index answers
// questions. It does not know any kind by name: app registers them.
package record
