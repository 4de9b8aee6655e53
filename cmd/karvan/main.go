// Command karvan runs a node: it serves the pages and the API, makes the demo
// world, brings records in and out, and keeps accounts.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"karvan/app"
	"karvan/internal/fault"
	"karvan/internal/lang"
	"karvan/locales"
)

// version is set when the program is built.
var version = "development"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(Main(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Main runs the command line and gives the exit code: 0 when all went well, 1
// when not, 2 when an import found bad rows.
func Main(ctx context.Context, args []string, out, errs io.Writer) int {
	app.Version = version
	c := &cli{out: out, errs: errs}
	root := c.root()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errs)
	if err := root.ExecuteContext(ctx); err != nil {
		if err == errBadRows {
			return 2
		}
		fmt.Fprintln(errs, "karvan:", c.explain(err))
		return 1
	}
	return 0
}

// cli is what the commands share.
type cli struct {
	out, errs  io.Writer
	configFile string
	flags      *pflag.FlagSet
}

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{Use: "karvan", Short: "Runs a Karvan node: science and technology cooperation between states",
		SilenceUsage: true, SilenceErrors: true, CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true}}
	c.flags = root.PersistentFlags()
	c.flags.StringVar(&c.configFile, "config", "", "configuration file with lines name = value")
	for _, s := range app.Settings() {
		c.flags.String(s.Name, s.Default, s.Help)
	}
	root.AddCommand(c.serve(), c.demo(), c.importCommand(), c.export(), c.user(), c.config(), c.bench(), c.eval(), c.lexicon(), c.versionCommand())
	return root
}

// load reads the configuration and starts the log.
func (c *cli) load() (app.Config, error) {
	given := map[string]string{}
	for _, s := range app.Settings() {
		if f := c.flags.Lookup(s.Name); f.Changed {
			given[s.Name] = f.Value.String()
		}
	}
	cfg, err := app.LoadConfig(c.configFile, os.LookupEnv, given)
	if err == nil {
		slog.SetDefault(cfg.Logger())
	}
	return cfg, err
}

// explain gives an error as a sentence: a fault's message in English, with the
// cause behind it, since whoever runs the command runs the node.
func (c *cli) explain(err error) string {
	f := fault.Of(err)
	catalogues, loadErr := lang.Load(locales.Files)
	if f.Code == fault.Internal || loadErr != nil {
		return err.Error()
	}
	text := catalogues.Printer("en").T(f.Key, f.Args...)
	if f.Field != "" {
		text = f.Field + ": " + text
	}
	if f.Cause != nil {
		text += " (" + f.Cause.Error() + ")"
	}
	return text
}

func (c *cli) versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Print the version", Args: cobra.NoArgs, Run: func(*cobra.Command, []string) {
		fmt.Fprintln(c.out, "karvan", version)
	}}
}

func (c *cli) config() *cobra.Command {
	return &cobra.Command{Use: "config", Short: "Print the reference of all settings, in Markdown", Args: cobra.NoArgs, Run: func(*cobra.Command, []string) {
		fmt.Fprint(c.out, app.Reference())
	}}
}
