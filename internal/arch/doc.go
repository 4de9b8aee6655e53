// Package arch holds the rules of the house, as tests: who may import whom, what
// may stand where, and that what the documents say is so. Every rule prints its
// reason when it is broken.
//
// The rules read the source as files, so they need no build and see code that
// does not compile yet. Each is shown to fail on a small tree in a test of its
// own. A rule is changed here, in the same commit as ARCHITECTURE.md.
package arch
