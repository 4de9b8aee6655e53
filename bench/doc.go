// Command bench-pocketbase serves the records of Karvan's benchmark with
// PocketBase, so that `karvan bench --peer` has something to stand beside.
//
// It is a module of its own: nothing that it imports is a part of Karvan.
package main
