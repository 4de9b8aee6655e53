package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"karvan/internal/fault"
)

func TestOfFindsTheFaultUnderWrapping(t *testing.T) {
	inner := fault.New(fault.Conflict, "record.conflict", "rev", 3).At("rev")
	err := error(inner)
	fault.Wrap(&err, "record.Put(%s)", "x")
	err = fmt.Errorf("outer: %w", err)
	if got := fault.Of(err); got != inner {
		t.Fatalf("Of = %v, want the inner fault", got)
	}
	if !fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) {
		t.Fatal("Is does not follow the code")
	}
}

func TestAnUnknownErrorIsInternalAndKeepsItsCause(t *testing.T) {
	cause := errors.New("disk on fire")
	f := fault.Of(cause)
	if f.Code != fault.Internal || !errors.Is(f, cause) {
		t.Fatalf("Of = %v", f)
	}
}

func TestListReportsEveryField(t *testing.T) {
	var l fault.List
	if l.Err() != nil {
		t.Fatal("an empty list is no error")
	}
	l.Add("title", "text.missing")
	var inner fault.List
	inner.Add("from", "date.invalid")
	inner.Add("to", "date.invalid")
	l.Merge("budget.", inner.Err())
	all := fault.Of(l.Err()).All()
	want := []string{"title", "budget.from", "budget.to"}
	if len(all) != len(want) {
		t.Fatalf("%d faults, want %d", len(all), len(want))
	}
	for i, f := range all {
		if f.Field != want[i] {
			t.Errorf("field %d = %q, want %q", i, f.Field, want[i])
		}
	}
}

func TestEveryCodeHasItsOwnStatus(t *testing.T) {
	seen := map[int]fault.Code{}
	for _, c := range []fault.Code{fault.Invalid, fault.Unauthenticated, fault.Forbidden, fault.NotFound, fault.Conflict,
		fault.Gone, fault.TooLarge, fault.Unsupported, fault.Busy, fault.Internal} {
		if other, ok := seen[c.Status()]; ok {
			t.Errorf("%s and %s share status %d", c, other, c.Status())
		}
		seen[c.Status()] = c
	}
}
