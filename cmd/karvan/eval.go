package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"karvan/lexicon"
	"karvan/lexicon/formats"
	"karvan/matching/quality"
)

func (c *cli) eval() *cobra.Command {
	var asJSON, noCore bool
	var files []string
	cmd := &cobra.Command{Use: "eval DIR", Short: "Measure how well matching finds the right documents of a judged set", Args: cobra.ExactArgs(1),
		Long: `Rank the documents of a set for each of its queries and compare with the
judgements. DIR holds corpus.jsonl (_id, lang, title, text), queries.jsonl (_id,
lang, text) and qrels.tsv (query-id, corpus-id, score). A row is a language of
queries and a language of documents; "all" ranks documents of every language,
without the query's own text, and the last row is the mean over all queries.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := quality.Read(os.DirFS(args[0]))
			if err != nil {
				return err
			}
			words, err := c.readLexicon(cmd.Context(), !noCore, files)
			if err != nil {
				return err
			}
			rows, err := quality.Measure(cmd.Context(), set, words)
			if err != nil {
				return err
			}
			return c.printRows(rows, asJSON)
		}}
	f := cmd.Flags()
	f.BoolVar(&asJSON, "json", false, "print an array of rows as JSON")
	f.StringArrayVar(&files, "lexicon", nil, "vocabulary or dictionary to use besides the core vocabulary; may be given again, and be followed by more files")
	f.BoolVar(&noCore, "no-core", false, "leave the core vocabulary out")
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return errors.New("the folder of the set is missing")
		}
		files = append(files, args[1:]...) // --lexicon a b c
		return nil
	}
	return cmd
}

// readLexicon makes a lexicon of the core vocabulary and files.
func (c *cli) readLexicon(ctx context.Context, core bool, files []string) (*lexicon.Lexicon, error) {
	if core && len(files) == 0 {
		return lexicon.CoreLexicon(), nil
	}
	b := lexicon.NewBuilder()
	if core {
		if err := b.Add(lexicon.CoreSource, lexicon.Core()); err != nil {
			return nil, err
		}
	}
	for i, name := range files {
		var entries []lexicon.Entry
		report, _, err := readVocabulary(ctx, name, "", nil, func(e lexicon.Entry) error { entries = append(entries, e); return nil })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		source := lexicon.Source{ID: fmt.Sprintf("%d-%s", i, filepath.Base(name)), Title: filepath.Base(name), Pairs: report.Pairs}
		if err := b.Add(source, entries); err != nil {
			return nil, err
		}
	}
	return b.Build(), nil
}

// readVocabulary reads a file in the format named, or else in that which it looks
// like.
func readVocabulary(ctx context.Context, name, format string, progress func(int), emit func(lexicon.Entry) error) (formats.Report, formats.Format, error) {
	f, err := os.Open(name)
	if err != nil {
		return formats.Report{}, "", err
	}
	defer f.Close()
	unpacked, err := formats.Open(f)
	if err != nil {
		return formats.Report{}, "", err
	}
	r := bufio.NewReaderSize(unpacked, 64<<10)
	is := formats.Format(format)
	if format == "" {
		head, err := r.Peek(4 << 10)
		if err != nil && !errors.Is(err, io.EOF) {
			return formats.Report{}, "", err
		}
		if is, err = formats.Detect(strings.TrimSuffix(filepath.Base(name), ".gz"), head); err != nil {
			return formats.Report{}, "", err
		}
	}
	report, err := formats.Read(ctx, r, is, progress, emit)
	return report, is, err
}

func (c *cli) printRows(rows []quality.Row, asJSON bool) error {
	if asJSON {
		b, err := json.MarshalIndent(rows, "", "  ")
		if err == nil {
			_, err = fmt.Fprintln(c.out, string(b))
		}
		return err
	}
	w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "queries in\tdocuments in\tqueries\tR@1\tR@10\tMRR@10\tnDCG@10\t")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t\n", r.QueryLang, r.DocLang, r.Queries, r.R1, r.R10, r.MRR10, r.NDCG10)
	}
	return w.Flush()
}
