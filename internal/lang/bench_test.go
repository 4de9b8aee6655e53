package lang_test

import (
	"testing"
	"time"

	"karvan/internal/lang"
	"karvan/locales"
)

func BenchmarkPrinter(b *testing.B) {
	c, err := lang.Load(locales.Files)
	if err != nil {
		b.Fatal(err)
	}
	p := c.Printer("fa")
	day := time.Date(2022, 2, 18, 0, 0, 0, 0, time.UTC)
	b.Run("text", func(b *testing.B) {
		for b.Loop() {
			p.T("state.draft")
		}
	})
	b.Run("counted", func(b *testing.B) {
		for b.Loop() {
			p.N("days.ago", 5)
		}
	})
	b.Run("date", func(b *testing.B) {
		for b.Loop() {
			p.Date(day)
		}
	})
	b.Run("direction", func(b *testing.B) {
		for b.Loop() {
			lang.Tag("kk").Dir()
		}
	})
	b.Run("collation key", func(b *testing.B) {
		for b.Loop() {
			lang.CollationKey("ru", "Орошение")
		}
	})
}
