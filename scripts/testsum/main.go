// Command testsum reads what `go test -json` prints and tells a person what
// matters: a line per package as it finishes, all the output of what failed,
// and the totals. It fails when a test failed or was skipped, when a package did
// not build, and when nothing ran at all, because a suite that did not run has
// shown nothing.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	if !summarise(os.Stdin, os.Stdout) {
		os.Exit(1)
	}
}

// event is a line of `go test -json`, see `go doc test2json`.
type event struct {
	Action     string
	Package    string
	ImportPath string // of a build, where Package is empty
	Test       string
	Output     string
	Elapsed    float64
}

type test struct{ pkg, name string }

// tally is what is known so far.
type tally struct {
	out     io.Writer
	output  map[test]*strings.Builder // kept until it is known whether it matters
	passed  int
	failed  []string
	skipped []string
	spared  []string // skipped for want of data that is optional by design
	broken  []string // packages that failed as a whole
	ok      int      // packages
}

// summarise reports whether everything ran and passed.
func summarise(in io.Reader, out io.Writer) bool {
	t := &tally{out: out, output: map[test]*strings.Builder{}}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		var e event
		switch {
		case len(line) == 0:
		case json.Unmarshal(line, &e) != nil:
			out.Write(line) // a message of the go command itself
		default:
			t.take(e)
		}
		if err != nil {
			break
		}
	}
	return t.finish()
}

func (t *tally) take(e event) {
	k := test{e.Package, e.Test}
	switch e.Action {
	case "output":
		if t.output[k] == nil {
			t.output[k] = &strings.Builder{}
		}
		t.output[k].WriteString(e.Output)
	case "build-output":
		io.WriteString(t.out, e.Output)
	case "build-fail":
		t.broken = append(t.broken, e.ImportPath+" (does not build)")
	case "pass", "skip", "fail":
		if e.Test == "" {
			t.finishPackage(e)
		} else {
			t.finishTest(e)
		}
		delete(t.output, k)
	}
}

func (t *tally) finishTest(e event) {
	name := e.Package + "." + e.Test
	switch e.Action {
	case "pass":
		t.passed++
	case "skip":
		if text := t.output[test{e.Package, e.Test}]; text != nil && strings.Contains(text.String(), "it is optional") {
			t.spared = append(t.spared, name)
		} else {
			t.skipped = append(t.skipped, name)
		}
		t.show(e)
	case "fail":
		t.failed = append(t.failed, name)
		t.show(e)
	}
}

func (t *tally) finishPackage(e event) {
	switch e.Action {
	case "pass":
		t.ok++
		fmt.Fprintf(t.out, "ok  \t%s\t%.3fs\n", e.Package, e.Elapsed)
	case "fail":
		// A panic or a time-out ends a package without ending its tests.
		for k, text := range t.output {
			if k.pkg == e.Package && k.name != "" {
				io.WriteString(t.out, text.String())
				delete(t.output, k)
			}
		}
		t.show(e)
		t.broken = append(t.broken, e.Package)
	}
}

func (t *tally) show(e event) {
	if text := t.output[test{e.Package, e.Test}]; text != nil {
		io.WriteString(t.out, text.String())
	}
}

func (t *tally) finish() bool {
	for _, name := range t.failed {
		fmt.Fprintf(t.out, "FAIL\t%s\n", name)
	}
	for _, name := range t.broken {
		fmt.Fprintf(t.out, "FAIL\t%s\n", name)
	}
	for _, name := range t.spared {
		fmt.Fprintf(t.out, "LEFT OUT\t%s (optional data is not there)\n", name)
	}
	for _, name := range t.skipped {
		fmt.Fprintf(t.out, "SKIP\t%s\n", name)
	}
	verdict := "PASS"
	good := len(t.failed)+len(t.broken)+len(t.skipped) == 0 && t.passed > 0
	if !good {
		verdict = "FAIL"
	}
	fmt.Fprintf(t.out, "%s: %d tests passed, %d failed, %d skipped; %d packages passed, %d failed\n",
		verdict, t.passed, len(t.failed), len(t.skipped)+len(t.spared), t.ok, len(t.broken))
	return good
}
