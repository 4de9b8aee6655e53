package people

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
)

// Holder gives the account that a session's ticket names. It fails with
// [fault.NotFound] when there is none any more, when it is disabled, and when its
// password has changed since.
func Holder(ctx context.Context, tx *db.Tx, ticket string) (Account, error) {
	account, _, _ := strings.Cut(ticket, ".")
	a, err := Get(ctx, tx, account)
	if err != nil {
		return a, err
	}
	if a.Disabled || a.Ticket() != ticket {
		return Account{}, fault.New(fault.NotFound, "account.not-found")
	}
	return a, nil
}

// Get gives an account. It fails with [fault.NotFound].
func Get(ctx context.Context, tx *db.Tx, account string) (Account, error) {
	a, _, err := load(ctx, tx, `id = $1`, account)
	return a, err
}

const columns = `SELECT id, login, name, password, lang, zone, disabled, created_at, seen_at FROM accounts WHERE `

func load(ctx context.Context, tx *db.Tx, where, value string) (a Account, hash string, err error) {
	defer fault.Wrap(&err, "people.load")
	var disabled int
	var created, seen int64
	err = tx.QueryRow(ctx, columns+where, []any{value}, &a.ID, &a.Login, &a.Name, &hash, &a.Lang, &a.Zone, &disabled, &created, &seen)
	if errors.Is(err, sql.ErrNoRows) {
		return a, "", fault.New(fault.NotFound, "account.not-found")
	}
	if err != nil {
		return a, "", err
	}
	sum := sha256.Sum256([]byte(hash))
	a.stamp = hex.EncodeToString(sum[:8])
	a.Disabled, a.Created, a.Seen = disabled != 0, db.Time(created), db.Time(seen)
	a.Grants, err = grants(ctx, tx, a.ID)
	return a, hash, err
}

func grants(ctx context.Context, tx *db.Tx, account string) ([]Grant, error) {
	rows, err := tx.Query(ctx, `SELECT role, scope, state FROM grants WHERE account = $1 ORDER BY role, scope`, account)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Grant
	for rows.Next() {
		var role, scope, state string
		if err := rows.Scan(&role, &scope, &state); err != nil {
			return nil, err
		}
		all = append(all, Grant{Grant: access.Grant{Role: access.Role(role), Scope: id.ID(scope)}, State: id.ID(state)})
	}
	return all, rows.Err()
}

// List gives every account, by login.
func List(ctx context.Context, tx *db.Tx) (all []Account, err error) {
	defer fault.Wrap(&err, "people.List")
	rows, err := tx.Query(ctx, `SELECT id FROM accounts`)
	if err != nil {
		return nil, err
	}
	var ids []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			rows.Close()
			return nil, err
		}
		ids = append(ids, s)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	for _, s := range ids {
		a, err := Get(ctx, tx, s)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b Account) int { return strings.Compare(a.Login, b.Login) })
	return all, nil
}

func insert(ctx context.Context, tx *db.Tx, a *Account, hash string) error {
	_, err := tx.Exec(ctx, `INSERT INTO accounts (id, login, name, password, lang, zone, disabled, created_at, seen_at)
		VALUES ($1, $2, $3, $4, $5, $6, 0, $7, 0)`, a.ID, a.Login, a.Name, hash, string(a.Lang), a.Zone, db.Micros(a.Created))
	if db.IsUnique(err) {
		return fault.New(fault.Conflict, "account.exists").At("login").Because(err)
	}
	if err != nil {
		return err
	}
	return putGrants(ctx, tx, a)
}

func putGrants(ctx context.Context, tx *db.Tx, a *Account) error {
	if _, err := tx.Exec(ctx, `DELETE FROM grants WHERE account = $1`, a.ID); err != nil {
		return err
	}
	for _, g := range a.Grants {
		if _, err := tx.Exec(ctx, `INSERT INTO grants (account, role, scope, state) VALUES ($1, $2, $3, $4)`,
			a.ID, string(g.Role), string(g.Scope), string(g.State)); err != nil {
			return err
		}
	}
	return nil
}

func update(ctx context.Context, tx *db.Tx, a *Account) error {
	disabled := 0
	if a.Disabled {
		disabled = 1
	}
	_, err := tx.Exec(ctx, `UPDATE accounts SET name = $1, lang = $2, zone = $3, disabled = $4 WHERE id = $5`,
		a.Name, string(a.Lang), a.Zone, disabled, a.ID)
	return err
}

func setPassword(ctx context.Context, tx *db.Tx, account, hash string) error {
	n, err := tx.Exec(ctx, `UPDATE accounts SET password = $1 WHERE id = $2`, hash, account)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "account.not-found")
	}
	return err
}

func setSeen(ctx context.Context, tx *db.Tx, account string) error {
	_, err := tx.Exec(ctx, `UPDATE accounts SET seen_at = $1 WHERE id = $2`, db.Micros(tx.Now), account)
	return err
}

func enabledAdmins(ctx context.Context, tx *db.Tx, besides string) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM accounts a JOIN grants g ON g.account = a.id
		WHERE g.role = 'admin' AND a.disabled = 0 AND a.id <> $1`, []any{besides}, &n)
	return n, err
}
