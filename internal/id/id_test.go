package id_test

import (
	"strings"
	"testing"
	"time"

	"karvan/internal/id"
)

func TestNewParsesBack(t *testing.T) {
	made := id.New("sti.gov.example", "offer", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	got, err := id.Parse(string(made))
	if err != nil || got != made {
		t.Fatalf("Parse(%q) = %q, %v", made, got, err)
	}
	if got.Node() != "sti.gov.example" || got.Kind() != "offer" || len(got.ULID()) != 26 {
		t.Fatalf("parts of %q: %q %q %q", got, got.Node(), got.Kind(), got.ULID())
	}
}

func TestDeriveIsStableAndSeparates(t *testing.T) {
	a := id.Derive("n.example", "state", "CN")
	if a != id.Derive("n.example", "state", "CN") {
		t.Fatal("Derive is not stable")
	}
	for _, b := range []id.ID{id.Derive("m.example", "state", "CN"), id.Derive("n.example", "body", "CN"), id.Derive("n.example", "state", "KZ")} {
		if a.ULID() == b.ULID() {
			t.Errorf("%s and %s share a ULID", a, b)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	u := "01ARZ3NDEKTSV4RRFFQ69G5FAV"
	for name, s := range map[string]string{
		"nothing":               "",
		"two parts":             "n.example/" + u,
		"four parts":            "n.example/offer/x/" + u,
		"an upper-case node":    "N.example/offer/" + u,
		"a path trick":          "../offer/" + u,
		"a digit in the kind":   "n.example/offer1/" + u,
		"a lower-case ULID":     "n.example/offer/" + strings.ToLower(u),
		"an overflowing ULID":   "n.example/offer/8" + u[1:],
		"a letter not in base":  "n.example/offer/" + u[:25] + "U",
		"an endless identifier": "n.example/offer/" + strings.Repeat(u, 1000),
	} {
		if got, err := id.Parse(s); err == nil {
			t.Errorf("%s: Parse(%.60q) = %q, want an error", name, s, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("n.example/offer/01ARZ3NDEKTSV4RRFFQ69G5FAV")
	f.Add("///")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := id.Parse(s)
		if err != nil {
			return
		}
		if string(got) != s || got.Node()+"/"+got.Kind()+"/"+got.ULID() != s {
			t.Fatalf("Parse(%q) = %q does not take apart into itself", s, got)
		}
	})
}
