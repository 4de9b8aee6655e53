package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"karvan/app"
	"karvan/app/demo"
)

func (c *cli) serve() *cobra.Command {
	return &cobra.Command{Use: "serve", Short: "Serve the pages and the API", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		cfg, err := c.load()
		if err != nil {
			return err
		}
		return c.run(cmd.Context(), cfg, nil)
	}}
}

func (c *cli) run(ctx context.Context, cfg app.Config, started func(net.Addr)) (err error) {
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return a.Serve(ctx, started)
}

func (c *cli) demo() *cobra.Command {
	return &cobra.Command{Use: "demo", Short: "Make the demo world, if the data folder is empty, and serve it", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) (err error) {
		if !c.flags.Changed("data") {
			if err := c.flags.Set("data", "data/demo"); err != nil {
				return err
			}
		}
		cfg, err := c.load()
		if err != nil {
			return err
		}
		cfg.Demo = true
		ctx := cmd.Context()
		a, err := app.Open(ctx, cfg)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, a.Close()) }()
		n, made, err := demo.Make(ctx, a.DB, a.Book)
		if err != nil {
			return err
		}
		if made {
			fmt.Fprintf(c.out, "Made the demo world: %d records.\n", n)
		} else {
			fmt.Fprintf(c.out, "Using the records in %s.\n", cfg.Data)
		}
		if err := a.Feed.Flush(ctx); err != nil {
			return err
		}
		return a.Serve(ctx, func(addr net.Addr) { c.welcome(cfg, addr) })
	}}
}

// welcome prints where the demo world is and who can sign in to it.
func (c *cli) welcome(cfg app.Config, _ net.Addr) {
	fmt.Fprintf(c.out, "\nKarvan is at %s\n\nDemo accounts, password %q:\n", cfg.BaseURL, demo.Password)
	w := tabwriter.NewWriter(c.out, 2, 4, 2, ' ', 0)
	for _, l := range demo.Logins(cfg.Node) {
		fmt.Fprintf(w, "  %s\t%s\n", l.Login, l.Name)
	}
	w.Flush()
	fmt.Fprintln(c.out, "\nStop with Ctrl-C.")
}
