package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"karvan/app"
	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/parties"
	"karvan/people"
	"karvan/record"
)

func (c *cli) user() *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "Keep the accounts of those who sign in"}
	cmd.AddCommand(c.userAdd(), c.userList(), c.userPassword(), c.userSwitch("disable", true), c.userSwitch("enable", false))
	return cmd
}

// with opens the node for a command that needs the database.
func (c *cli) with(ctx context.Context, f func(ctx context.Context, a *app.App) error) (err error) {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return f(ctx, a)
}

func (c *cli) userAdd() *cobra.Command {
	var name, role, scope, language, zone string
	cmd := &cobra.Command{Use: "add LOGIN", Short: "Add an account; the password is asked for, or read from standard input", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd.Context(), func(ctx context.Context, a *app.App) error {
				account := people.Account{Login: args[0], Name: name, Lang: lang.Tag(language), Zone: zone}
				grant := people.Grant{Grant: access.Grant{Role: access.Role(role), Scope: id.ID(scope)}}
				if err := c.resolve(ctx, a, &grant); err != nil {
					return err
				}
				account.Grants = []people.Grant{grant}
				hash, err := c.newPassword(args[0])
				if err != nil {
					return err
				}
				err = a.DB.Write(ctx, access.Operator, func(tx *db.Tx) error { return people.Create(ctx, tx, &account, hash) })
				if err == nil {
					fmt.Fprintf(c.out, "Added %s as %s.\n", account.Login, role)
				}
				return err
			})
		}}
	f := cmd.Flags()
	f.StringVar(&name, "person", "", "what pages call the person")
	f.StringVar(&role, "role", "member", "member, focal, secretariat or admin")
	f.StringVar(&scope, "scope", "", "id of the organisation, state or body acted for; a state's ISO code will do")
	f.StringVar(&language, "lang", "en", "language of the pages: en, zh, ru or fa")
	f.StringVar(&zone, "zone", "UTC", "time zone, such as Asia/Almaty")
	return cmd
}

// resolve turns a state's code into its id, and finds the state of the
// organisation that a member acts for.
func (c *cli) resolve(ctx context.Context, a *app.App, g *people.Grant) error {
	if g.Role == access.Admin {
		g.Scope = ""
		return nil
	}
	if state := a.Index.State(strings.ToUpper(string(g.Scope))); state != "" {
		g.Scope = state
	}
	return a.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := a.Book.Public(ctx, tx, g.Scope)
		if err != nil {
			return fault.New(fault.Invalid, "account.scope-needed").At("scope").Because(err)
		}
		g.State = stateOf(r)
		return nil
	})
}

func stateOf(r *record.Record) id.ID {
	switch b := r.Body.(type) {
	case *parties.State:
		return r.ID
	case *parties.Organisation:
		return b.State
	}
	return ""
}

func (c *cli) userList() *cobra.Command {
	return &cobra.Command{Use: "list", Short: "List the accounts", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd.Context(), func(ctx context.Context, a *app.App) error {
			return a.DB.Read(ctx, func(tx *db.Tx) error {
				all, err := people.List(ctx, tx)
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(c.out, 2, 4, 2, ' ', 0)
				fmt.Fprintln(w, "login\tperson\trole\tscope\tdisabled")
				for _, u := range all {
					for _, g := range u.Grants {
						fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%v\n", u.Login, u.Name, g.Role, g.Scope, u.Disabled)
					}
				}
				return w.Flush()
			})
		})
	}}
}

func (c *cli) userPassword() *cobra.Command {
	return &cobra.Command{Use: "password LOGIN", Short: "Give an account a new password", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		return c.with(cmd.Context(), func(ctx context.Context, a *app.App) error {
			hash, err := c.newPassword(args[0])
			if err != nil {
				return err
			}
			return c.change(ctx, a, args[0], func(tx *db.Tx, u people.Account) error { return people.SetPassword(ctx, tx, u.ID, hash) })
		})
	}}
}

func (c *cli) userSwitch(verb string, disabled bool) *cobra.Command {
	return &cobra.Command{Use: verb + " LOGIN", Short: strings.ToUpper(verb[:1]) + verb[1:] + " an account", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		return c.with(cmd.Context(), func(ctx context.Context, a *app.App) error {
			return c.change(ctx, a, args[0], func(tx *db.Tx, u people.Account) error {
				u.Disabled = disabled
				return people.Update(ctx, tx, &u)
			})
		})
	}}
}

func (c *cli) change(ctx context.Context, a *app.App, login string, f func(*db.Tx, people.Account) error) error {
	return a.DB.Write(ctx, access.Operator, func(tx *db.Tx) error {
		all, err := people.List(ctx, tx)
		if err != nil {
			return err
		}
		for _, u := range all {
			if u.Login == strings.ToLower(login) {
				return f(tx, u)
			}
		}
		return fault.New(fault.NotFound, "account.not-found")
	})
}

// newPassword asks for a password, twice on a terminal, and gives its hash.
func (c *cli) newPassword(login string) (string, error) {
	password, err := c.readPassword()
	if err != nil {
		return "", err
	}
	if err := people.CheckPassword(password, strings.ToLower(login)); err != nil {
		return "", err
	}
	return people.Hash(password)
}

func (c *cli) readPassword() (string, error) {
	in := int(os.Stdin.Fd())
	if !term.IsTerminal(in) {
		line, err := bufio.NewReader(os.Stdin).ReadString('\n')
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			return line, nil
		}
		return "", fmt.Errorf("no password on standard input: %w", err)
	}
	fmt.Fprint(c.errs, "Password: ")
	first, err := term.ReadPassword(in)
	if err != nil {
		return "", err
	}
	fmt.Fprint(c.errs, "\nOnce more: ")
	second, err := term.ReadPassword(in)
	fmt.Fprintln(c.errs)
	if err == nil && string(first) != string(second) {
		err = errors.New("the two differ")
	}
	return string(first), err
}
