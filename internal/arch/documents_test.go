package arch_test

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"karvan/internal/arch"
	"karvan/record"
)

const root = "../.."

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestArchitectureDrawsTheLifeOfARecord(t *testing.T) {
	want := "```mermaid\n" + record.Lifecycle.Mermaid(record.Draft) + "```"
	if !strings.Contains(read(t, "ARCHITECTURE.md"), want) {
		t.Errorf("ARCHITECTURE.md lacks the diagram of record.Lifecycle:\n%s", want)
	}
}

// Every package can be found in the layout.
func TestArchitectureNamesEveryPackage(t *testing.T) {
	text := read(t, "ARCHITECTURE.md")
	_, layout, _ := strings.Cut(text, "## Layout")
	layout, _, _ = strings.Cut(layout, "\n## ")
	for _, dir := range load(t).Packages() {
		if dir != "." && !strings.Contains(layout, "`"+dir+"`") {
			t.Errorf("the layout in ARCHITECTURE.md does not name %s", dir)
		}
	}
}

// The database repeats the states of the table.
func TestTheDatabaseKnowsTheStates(t *testing.T) {
	check := regexp.MustCompile(`state\s+text NOT NULL CHECK \(state IN \(([^)]*)\)\)`)
	m := check.FindStringSubmatch(read(t, "internal/db/migrations/00001_records.sql"))
	if m == nil {
		t.Fatal("the records table does not check its states")
	}
	in := map[string]bool{}
	for _, s := range strings.Split(m[1], ",") {
		in[strings.Trim(s, " '")] = true
	}
	for _, s := range record.Lifecycle.States() {
		if !in[string(s)] {
			t.Errorf("the records table refuses the state %s", s)
		}
		delete(in, string(s))
	}
	for s := range in {
		t.Errorf("the records table has the state %s, which the life cycle has not", s)
	}
}

var (
	link  = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)
	fence = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
)

// Links between documents lead somewhere.
func TestDocumentsLinkToWhatIsThere(t *testing.T) {
	for name, text := range load(t).Text {
		if path.Ext(name) != ".md" {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
			if strings.Contains(m[1], ":") {
				continue // another site
			}
			if _, err := os.Stat(filepath.Join(root, path.Dir(name), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			}
		}
	}
}

// Decisions are numbered without gaps and each says its status.
func TestDecisionsAreNumbered(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(root, "docs/adr/[0-9]*.md"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no decisions: %v", err)
	}
	for i, name := range names {
		base := filepath.Base(name)
		if !strings.HasPrefix(base, fmt.Sprintf("%04d-", i+1)) {
			t.Errorf("%s is the %dth decision", base, i+1)
		}
		if !strings.Contains(read(t, "docs/adr/"+base), "\nStatus: ") {
			t.Errorf("%s does not say its status", base)
		}
	}
}

// ADR 6 repeats the list of modules for those who do not read Go.
func TestTheDecisionOnDependenciesListsThem(t *testing.T) {
	row := regexp.MustCompile(`(?m)^\| (\S+\.\S+/\S+) \| (.+) \|$`)
	written := map[string]string{}
	for _, m := range row.FindAllStringSubmatch(read(t, "docs/adr/0006-dependencies.md"), -1) {
		written[m[1]] = m[2]
	}
	listed := arch.ModulesForTest()
	for m, reason := range listed {
		if written[m] != reason {
			t.Errorf("docs/adr/0006-dependencies.md says of %s %q, internal/arch/modules.go says %q", m, written[m], reason)
		}
		delete(written, m)
	}
	for m := range written {
		t.Errorf("docs/adr/0006-dependencies.md lists %s, internal/arch/modules.go does not", m)
	}
}
