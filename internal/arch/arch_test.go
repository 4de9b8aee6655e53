package arch_test

import (
	"os"
	"strings"
	"testing"

	"karvan/internal/arch"
)

func load(t *testing.T) *arch.Tree {
	t.Helper()
	tree, err := arch.Load(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestRules(t *testing.T) {
	tree := load(t)
	if len(tree.Packages()) < 10 {
		t.Fatalf("read only %v; is this the project?", tree.Packages())
	}
	for _, r := range arch.Rules {
		t.Run(r.Name, func(t *testing.T) {
			if broken := r.Check(tree); len(broken) > 0 {
				t.Errorf("%s\nbecause %s", strings.Join(broken, "\n"), r.Reason)
			}
		})
	}
}
