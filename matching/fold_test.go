package matching_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"karvan/lexicon"
	"karvan/matching"
)

func TestFolded(t *testing.T) {
	got := matching.Folded([]matching.Reason{
		{Here: "Капельное орошение", There: "Drip irrigation", Share: .4},
		{Here: "хлопок", There: "cotton", Share: .3},
		{Here: "орошение", There: "irrigation", Share: .2},
		{Here: "орошение", There: "water", Share: .05},
		{Here: "", There: "drip", Share: .05},
	})
	want := []matching.Reason{
		{Here: "Капельное орошение", There: "Drip irrigation", Share: .6},
		{Here: "хлопок", There: "cotton", Share: .3},
		{Here: "орошение", There: "water", Share: .05},
		{Here: "", There: "drip", Share: .05},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9), cmpopts.IgnoreUnexported(lexicon.Concept{})); diff != "" {
		t.Error(diff)
	}
	if got := matching.Folded(nil); got != nil {
		t.Errorf("of nothing: %v", got)
	}
}

func TestUntold(t *testing.T) {
	reasons := []matching.Reason{{Here: "Капельное орошение", There: "Drip irrigation"}}
	if got := matching.Untold([]string{"верблюды", "капельное"}, reasons); !slices.Equal(got, []string{"верблюды"}) {
		t.Errorf("left %q", got)
	}
}
