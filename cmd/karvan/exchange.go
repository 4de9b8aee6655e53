package main

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"karvan/app"
	"karvan/exchange"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/locales"
)

// errBadRows makes the exit code 2: all good rows are in, the report lists the
// others.
var errBadRows = errors.New("some rows were refused")

func (c *cli) importCommand() *cobra.Command {
	var format, owner, report string
	var dry, restart bool
	cmd := &cobra.Command{Use: "import FILE", Short: "Import records from JSON Lines, CSV, XLSX or a ROR dump", Args: cobra.ExactArgs(1),
		Long: `Import records from a file. An interrupted import goes on where it stopped when
the same file is given again. Bad rows never enter; --report names a CSV file for
them. The exit code is 2 when there were bad rows.`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			cfg, err := c.load()
			if err != nil {
				return err
			}
			opt := exchange.Options{Format: exchange.Format(format), Name: args[0], DryRun: dry, Restart: restart, Owner: id.ID(owner)}
			if format == "" {
				if opt.Format, err = exchange.FormatOf(args[0]); err != nil {
					return err
				}
			}
			f, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer f.Close()
			a, err := app.Open(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, a.Close()) }()
			bar := c.bar("import")
			opt.Progress = bar.show
			if os.Getenv("GOGC") == "" {
				// A third of an import went into collecting garbage; it runs alone
				// and ends, so it may take room instead.
				debug.SetGCPercent(300)
				debug.SetMemoryLimit(2 << 30)
			}
			im := exchange.Importer{DB: a.DB, Book: a.Book}
			follow, stop := context.WithCancel(cmd.Context())
			var following sync.WaitGroup
			following.Go(func() { // the index follows while the rows come in
				if err := a.Feed.Run(follow, time.Second); err != nil {
					slog.Error("index", "error", err)
				}
			})
			rep, err := im.Run(cmd.Context(), f, opt)
			stop()
			following.Wait()
			bar.end()
			if flushErr := a.Feed.Flush(cmd.Context()); err == nil {
				err = flushErr
			}
			if err != nil {
				return err
			}
			return c.reportImport(rep, report)
		}}
	cmd.AddCommand(c.importLexicon())
	f := cmd.Flags()
	f.StringVar(&format, "format", "", "jsonl, csv, xlsx or ror; told from the file name when not given")
	f.StringVar(&owner, "owner", "", "id of the organisation that owns rows without an id, which become drafts")
	f.StringVar(&report, "report", "", "CSV file for the bad rows: row, column, reason, value")
	f.BoolVar(&dry, "dry-run", false, "check everything, write nothing")
	f.BoolVar(&restart, "restart", false, "begin at the first row, also when an earlier run came further")
	return cmd
}

// reportImport says what an import did and writes the bad rows.
func (c *cli) reportImport(rep exchange.Report, file string) error {
	verb := "Imported"
	if rep.DryRun {
		verb = "Checked"
	}
	fmt.Fprintf(c.out, "%s %d rows (%d done earlier): %d added, %d changed, %d unchanged, %d bad; %.0f rows/s.\n",
		verb, rep.Rows, rep.Resumed, rep.Added, rep.Changed, rep.Unchanged, rep.Bad, rep.Rate)
	if rep.Bad == 0 {
		return nil
	}
	catalogues, err := lang.Load(locales.Files)
	if err != nil {
		return err
	}
	p := catalogues.Printer("en")
	rows := [][]string{{"row", "column", "reason", "value"}}
	for _, b := range rep.BadRows {
		rows = append(rows, []string{strconv.FormatInt(b.Row, 10), b.Column, p.T(b.Key, b.Args...), b.Value})
	}
	if file == "" {
		for _, r := range rows[1:min(len(rows), 21)] {
			fmt.Fprintf(c.errs, "row %s: %s: %s\n", r[0], r[1], r[2])
		}
		if len(rows) > 21 {
			fmt.Fprintf(c.errs, "and %d more; --report FILE keeps them\n", len(rows)-21)
		}
		return errBadRows
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := errors.Join(csv.NewWriter(f).WriteAll(rows), f.Close()); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "Bad rows are in %s.\n", file)
	return errBadRows
}

func (c *cli) export() *cobra.Command {
	var format string
	var opt exchange.ExportOptions
	cmd := &cobra.Command{Use: "export FILE", Short: "Export records as JSON Lines, CSV or XLSX; \"-\" is standard output", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			cfg, err := c.load()
			if err != nil {
				return err
			}
			opt.Format = exchange.Format(format)
			if format == "" {
				if opt.Format, err = exchange.FormatOf(args[0]); err != nil {
					return err
				}
			}
			a, err := app.Open(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, a.Close()) }()
			w, finish, err := c.create(args[0])
			if err != nil {
				return err
			}
			bar := c.bar("export")
			opt.Progress = bar.show
			done, err := exchange.Export(cmd.Context(), a.DB, a.Book, w, opt)
			bar.end()
			if err := errors.Join(err, finish(err == nil)); err != nil {
				return err
			}
			fmt.Fprintf(c.errs, "Exported %d revisions.\n", done.Rows)
			return nil
		}}
	f := cmd.Flags()
	f.StringVar(&format, "format", "", "jsonl, csv or xlsx; told from the file name when not given")
	f.StringSliceVar(&opt.Kinds, "kind", nil, "kinds of records, comma-separated; all when not given")
	f.BoolVar(&opt.Heads, "heads", false, "the newest revision of each record only")
	f.BoolVar(&opt.Public, "public", false, "only what visitors may read")
	f.BoolVar(&opt.BOM, "bom", false, "begin CSV with a byte order mark, for spreadsheets")
	return cmd
}

// create opens a file to write beside its final name, so that a failed export
// leaves nothing half-written; names that end in .gz are compressed.
func (c *cli) create(name string) (io.Writer, func(ok bool) error, error) {
	if name == "-" {
		return c.out, func(bool) error { return nil }, nil
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		// A pipe or a device is written to, never replaced.
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return nil, nil, err
		}
		return f, func(bool) error { return f.Close() }, nil
	}
	f, err := os.Create(name + ".part")
	if err != nil {
		return nil, nil, err
	}
	var w io.Writer = f
	var zip *gzip.Writer
	if strings.HasSuffix(name, ".gz") {
		zip = gzip.NewWriter(f)
		w = zip
	}
	return w, func(ok bool) error {
		var err error
		if zip != nil {
			err = zip.Close()
		}
		err = errors.Join(err, f.Close())
		if !ok || err != nil {
			return errors.Join(err, os.Remove(f.Name()))
		}
		return os.Rename(f.Name(), name)
	}, nil
}

// bar shows progress on a terminal; elsewhere it prints a line now and then.
type bar struct {
	c     *cli
	what  string
	live  *progressbar.ProgressBar
	last  time.Time
	shown bool
}

func (c *cli) bar(what string) *bar {
	b := &bar{c: c, what: what}
	if f, ok := c.errs.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		b.live = progressbar.NewOptions64(-1, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(what),
			progressbar.OptionShowBytes(true), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
	}
	return b
}

func (b *bar) show(p exchange.Progress) {
	if b.live != nil {
		if p.TotalBytes > 0 {
			b.live.ChangeMax64(p.TotalBytes)
		}
		b.live.Describe(fmt.Sprintf("%s: %d rows, %d bad, %.0f/s", b.what, p.Resumed+p.Rows, p.Bad, p.Rate))
		_ = b.live.Set64(p.Bytes) // a bar that cannot be drawn must not stop the import
		return
	}
	if now := time.Now(); now.Sub(b.last) >= time.Second || !b.shown {
		b.last, b.shown = now, true
		fmt.Fprintf(b.c.errs, "%s: %d rows done, %d bad, %.0f rows/s, %s left\n", b.what, p.Resumed+p.Rows, p.Bad, p.Rate, p.Left.Round(time.Second))
	}
}

func (b *bar) end() {
	if b.live != nil {
		_ = b.live.Finish()
	}
}
