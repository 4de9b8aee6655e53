// Package demo has the demo world: the real facts from which Karvan starts, and
// invented offers and needs to try it with.
//
// The states, bodies, dated statuses, meetings and the two readouts of
// 2022-02-18 are facts, in our own words, each with its mark of evidence. The
// institutions of the sample offers and needs are invented and say so in their
// names; every such record is marked as a sample. No person is invented beside
// the demo accounts, which are named by role.
package demo
