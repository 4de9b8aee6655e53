package app

import (
	"fmt"
	"strings"
)

// Reference is the reference page of all settings, in Markdown. It is committed
// as docs/operate/configuration.md and a test keeps the two equal.
func Reference() string {
	var b strings.Builder
	b.WriteString("# Configuration\n\nEvery setting can stand in a file (`karvan --config FILE`, lines `name = value`, `#` begins a comment),\n" +
		"in the environment, or on the command line as `--name value`. The later of these wins.\n\n" +
		"| name | environment | default | what it does |\n|---|---|---|---|\n")
	for _, s := range Settings() {
		def := s.Default
		if def != "" {
			def = "`" + def + "`"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", s.Name, s.Env, def, s.Help)
	}
	return b.String()
}
