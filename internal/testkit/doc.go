// Package testkit has a small invented world for tests, and a database for it.
package testkit
