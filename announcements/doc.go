// Package announcements is the board: who publishes what, when, in which
// languages, and how it is corrected.
//
// An item is a record of kind "announcement". The day something happened, the
// day it is published and the day it is corrected are three dates. A party's
// account of an event is a readout: the event is the thing, the readout is what
// one side says about it. Publishing takes four eyes. What is published changes
// only with a typed note, and a withdrawn item keeps its text and the reason.
package announcements
