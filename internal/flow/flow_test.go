package flow_test

import (
	"strings"
	"testing"

	"karvan/internal/fault"
	"karvan/internal/flow"
)

type light string

var lights = flow.Table[light]{
	{From: "red", Verb: "go", To: "green"},
	{From: "green", Verb: "stop", To: "red"},
	{From: "green", Verb: "fail", To: "dark"},
}

func TestNextFollowsTheTableAndNothingElse(t *testing.T) {
	for _, s := range lights.States() {
		for _, verb := range []string{"go", "stop", "fail", "fly"} {
			got, err := lights.Next(s, verb)
			listed := strings.Contains(" "+strings.Join(lights.Verbs(s), " ")+" ", " "+verb+" ")
			if listed != (err == nil) {
				t.Errorf("%s in %s: err %v, listed %v", verb, s, err, listed)
			}
			if err != nil && (got != s || !fault.Is(err, fault.Conflict)) {
				t.Errorf("%s in %s: %q, %v; want to stay, with a conflict", verb, s, got, err)
			}
		}
	}
}

func TestMermaidDrawsEveryRow(t *testing.T) {
	want := "stateDiagram-v2\n    [*] --> red\n    red --> green: go\n    green --> red: stop\n    green --> dark: fail\n"
	if got := lights.Mermaid("red"); got != want {
		t.Fatalf("got\n%s\nwant\n%s", got, want)
	}
}
