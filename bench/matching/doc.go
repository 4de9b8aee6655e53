// Command bench-matching answers the questions of `karvan bench matching` with
// bleve, so that our index has something to stand beside.
//
// It is part of the module of peers: nothing that it imports is a part of Karvan.
package main
