// Package locales holds the message catalogues: one folder per language, one
// JSON file per area inside it.
package locales

import "embed"

// Files are the catalogues as they were when the program was built.
//
//go:embed */*.json
var Files embed.FS
