package exchange_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"karvan/exchange"
	"karvan/internal/testkit"
)

func BenchmarkImport(b *testing.B) {
	const n = 20_000
	file := generated(b, n)
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			for b.Loop() {
				b.StopTimer()
				d := testkit.SQLite(b)
				b.StartTimer()
				rep, err := importer(d).Run(context.Background(), bytes.NewReader(file), exchange.Options{Format: exchange.JSONLines, Workers: workers})
				if err != nil || rep.Added != n {
					b.Fatalf("%+v, %v", rep.Progress, err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

func BenchmarkExport(b *testing.B) {
	const n = 5_000
	d := testkit.SQLite(b)
	run(b, d, generated(b, n), exchange.Options{Format: exchange.JSONLines})
	for _, f := range []exchange.Format{exchange.JSONLines, exchange.CSV, exchange.XLSX} {
		b.Run(string(f), func(b *testing.B) {
			for b.Loop() {
				export(b, d, exchange.ExportOptions{Format: f})
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
