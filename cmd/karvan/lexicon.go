package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"karvan/app"
	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/lexicon"
	"karvan/lexicon/formats"
	"karvan/lexicon/shelf"
)

// openShelf opens the node as far as its vocabularies need.
func (c *cli) openShelf(cmd *cobra.Command) (*app.App, error) {
	cfg, err := c.load()
	if err != nil {
		return nil, err
	}
	return app.OpenStore(cmd.Context(), cfg)
}

func (c *cli) importLexicon() *cobra.Command {
	var source lexicon.Source
	cmd := &cobra.Command{Use: "lexicon FILE", Short: "Add a vocabulary or dictionary to what the node knows of words", Args: cobra.ExactArgs(1),
		Long: `Add a vocabulary or dictionary: word-aligned TSV (a column a language, " | "
between synonyms), dictionary pairs (TSV with two languages, part of speech and
gloss), SKOS (Turtle, N-Triples, RDF/XML, JSON-LD), TBX, CSV, or a JSON
object of concepts with label and parents; packed with gzip
or not. Its licence is kept and shown. A vocabulary of the same id is replaced.
A running node takes it up within a minute.`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			a, err := c.openShelf(cmd)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, a.Close()) }()
			if source.ID == "" {
				source.ID = idOfFile(args[0])
			}
			told := time.Now()
			progress := func(n int) {
				if now := time.Now(); now.Sub(told) >= time.Second {
					told = now
					fmt.Fprintf(c.errs, "%d entries\n", n)
				}
			}
			var report formats.Report
			if source.Format == "" {
				if source.Format, err = formatOf(args[0]); err != nil {
					return err
				}
			}
			v, err := a.Shelf().Add(cmd.Context(), access.Operator, source, func(emit func(lexicon.Entry) error) (bool, error) {
				var err error
				report, _, err = readVocabulary(cmd.Context(), args[0], source.Format, progress, emit)
				return report.Pairs, err
			})
			if err != nil {
				return err
			}
			fmt.Fprintf(c.out, "Added %s (%s): %d entries, %d labels, %d skipped.\n", v.ID, v.Format, v.Entries, v.Labels, report.Skipped)
			for _, p := range report.Problems {
				fmt.Fprintf(c.errs, "line %d: %s\n", p.Line, c.explain(p.Fault()))
			}
			return nil
		}}
	f := cmd.Flags()
	f.StringVar(&source.ID, "id", "", "short name of the vocabulary; from the file name when not given")
	f.StringVar(&source.Title, "title", "", "its full name")
	f.StringVar(&source.Licence, "licence", "", "licence under which it is used, such as CC-BY-4.0")
	f.StringVar(&source.Address, "source", "", "address where it comes from")
	f.StringVar(&source.Format, "format", "", "words, pairs, csv, turtle, ntriples, rdfxml, jsonld, tree or tbx; told from the file when not given")
	return cmd
}

var notInID = regexp.MustCompile(`[^a-z0-9._-]+`)

// idOfFile makes a short name of a file's name.
func idOfFile(name string) string {
	base := strings.ToLower(strings.TrimSuffix(filepath.Base(name), ".gz"))
	base = strings.TrimSuffix(base, filepath.Ext(base))
	return strings.Trim(notInID.ReplaceAllString(base, "-"), "-._")
}

func formatOf(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	unpacked, err := formats.Open(f)
	if err != nil {
		return "", err
	}
	head := make([]byte, 4<<10)
	n, err := unpacked.Read(head)
	if n == 0 && err != nil {
		return "", err
	}
	is, err := formats.Detect(strings.TrimSuffix(filepath.Base(name), ".gz"), head[:n])
	return string(is), err
}

func (c *cli) lexicon() *cobra.Command {
	cmd := &cobra.Command{Use: "lexicon", Short: "Show, export and remove the vocabularies of the node"}
	cmd.AddCommand(c.lexiconList(), c.lexiconRemove(), c.lexiconExport(), c.lexiconLearn())
	return cmd
}

func (c *cli) lexiconList() *cobra.Command {
	return &cobra.Command{Use: "list", Short: "List the vocabularies with their licences", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			a, err := c.openShelf(cmd)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, a.Close()) }()
			var volumes []shelf.Volume
			err = a.DB.Read(cmd.Context(), func(tx *db.Tx) error { volumes, err = a.Shelf().List(cmd.Context(), tx); return err })
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tENTRIES\tLABELS\tLICENCE\tTITLE")
			fmt.Fprintf(w, "%s\t%d\t\t%s\t%s\n", lexicon.CoreSource.ID, len(lexicon.Core()), lexicon.CoreSource.Licence, lexicon.CoreSource.Title)
			for _, v := range volumes {
				fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\n", v.ID, v.Entries, v.Labels, v.Licence, v.Title)
			}
			return w.Flush()
		}}
}

func (c *cli) lexiconRemove() *cobra.Command {
	return &cobra.Command{Use: "remove ID", Short: "Take a vocabulary away, with everything that came of it", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			a, err := c.openShelf(cmd)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, a.Close()) }()
			return a.Shelf().Remove(cmd.Context(), access.Operator, args[0])
		}}
}

func (c *cli) lexiconExport() *cobra.Command {
	var base string
	cmd := &cobra.Command{Use: "export", Short: "Write the core vocabulary as SKOS in Turtle", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return lexicon.WriteSKOS(c.out, base) }}
	cmd.Flags().StringVar(&base, "base", lexicon.CoreAddress, "what the addresses of the concepts begin with")
	return cmd
}

func (c *cli) lexiconLearn() *cobra.Command {
	return &cobra.Command{Use: "learn", Short: "Learn which words go together in public records that people translated", Args: cobra.NoArgs,
		Long: `Learn which words of two languages go together in public records that people
translated and in confirmed matches. A node does this once a day unless the
setting learn is false; "karvan lexicon remove learned" takes it away.`,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			cfg, err := c.load()
			if err != nil {
				return err
			}
			a, err := app.Open(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, a.Close()) }()
			n, err := a.Learn(cmd.Context())
			if err == nil {
				fmt.Fprintf(c.out, "Learned %d pairs of words.\n", n)
			}
			return err
		}}
}
