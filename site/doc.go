// Package site serves the pages.
//
// Every route stands in one table (routes.go) with the policy rule it needs; each
// area has a file of handlers here and a folder of pages under the same word.
// Handlers read, call one verb of an area, and answer; what a person may do is
// decided in the areas' policy tables.
package site
