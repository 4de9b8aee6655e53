package people

import (
	"context"
	"strings"

	"github.com/alexedwards/argon2id"
	"github.com/oklog/ulid/v2"
	"golang.org/x/text/unicode/norm"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/lang"
)

// params cost about 60 ms and 19 MiB a sign-in, the second recommended set of
// the OWASP password storage cheat sheet for argon2id.
var params = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Policy says who may do what with accounts.
var Policy = access.Policy{
	{Verb: "list", Role: access.Admin, Scope: access.Anywhere},
	{Verb: "create", Role: access.Admin, Scope: access.Anywhere},
	{Verb: "edit", Role: access.Admin, Scope: access.Anywhere},
}

// hashing bounds how many passwords are hashed at a time, since each takes 19 MiB
// and anybody may ask for it.
var hashing = make(chan struct{}, 4)

// Hash makes the stored form of a password. It is slow on purpose: call it
// outside a write transaction.
func Hash(password string) (string, error) {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2id.CreateHash(typed(password), params)
}

func matches(password, hash string) (bool, error) {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2id.ComparePasswordAndHash(typed(password), hash)
}

// typed is a password as it is hashed. Keyboards and systems write the same
// letter in different ways; NIST SP 800-63B asks for NFKC before hashing.
func typed(password string) string { return norm.NFKC.String(password) }

// Create stores a new account with the hash of its password.
func Create(ctx context.Context, tx *db.Tx, a *Account, hash string) (err error) {
	defer fault.Wrap(&err, "people.Create")
	if err := Policy.Check(tx.Actor, "create", access.Object{}); err != nil {
		return err
	}
	a.Login = strings.ToLower(strings.TrimSpace(a.Login))
	a.Name = strings.TrimSpace(a.Name)
	if err := a.Validate(); err != nil {
		return err
	}
	a.ID = ulid.MustNew(ulid.Timestamp(tx.Now), ulid.DefaultEntropy()).String()
	a.Created = tx.Now
	return insert(ctx, tx, a, hash)
}

// Update stores an account's name, language, zone, grants and whether it is
// disabled. The last admin who can sign in cannot be taken away.
func Update(ctx context.Context, tx *db.Tx, a *Account) (err error) {
	defer fault.Wrap(&err, "people.Update")
	if err := Policy.Check(tx.Actor, "edit", access.Object{}); err != nil {
		return err
	}
	if err := a.Validate(); err != nil {
		return err
	}
	// Two admins who take each other away at once would both find one left.
	if err := tx.Lock(ctx, "admins"); err != nil {
		return err
	}
	before, err := Get(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	if before.runsTheNode() && !a.runsTheNode() {
		n, err := enabledAdmins(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "account.last-admin")
		}
	}
	if err := update(ctx, tx, a); err != nil {
		return err
	}
	return putGrants(ctx, tx, a)
}

// Prefer stores a person's own language and time zone.
func Prefer(ctx context.Context, tx *db.Tx, language, zone string) (err error) {
	defer fault.Wrap(&err, "people.Prefer")
	a, err := Get(ctx, tx, tx.Actor.Account)
	if err != nil {
		return err
	}
	a.Lang, a.Zone = lang.Tag(language), zone
	if err := a.Validate(); err != nil {
		return err
	}
	return update(ctx, tx, &a)
}

// SetPassword stores the hash of a new password: a person their own, an admin
// anybody's.
func SetPassword(ctx context.Context, tx *db.Tx, account, hash string) (err error) {
	defer fault.Wrap(&err, "people.SetPassword")
	if tx.Actor.Account != account {
		if err := Policy.Check(tx.Actor, "edit", access.Object{}); err != nil {
			return err
		}
	}
	return setPassword(ctx, tx, account, hash)
}

// nobody is what the password of an unknown account is compared with, so that
// the answer takes as long as for a known one.
var nobody = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// SignIn checks a login and a password and notes the time. It fails with the
// same [fault.Unauthenticated] for an unknown login, a disabled account and a
// wrong password.
func SignIn(ctx context.Context, d *db.DB, loginName, password string) (a Account, err error) {
	defer fault.Wrap(&err, "people.SignIn")
	refused := fault.New(fault.Unauthenticated, "account.wrong").At("password")
	if len(password) > MaxPassword || len(loginName) > 200 {
		return a, refused
	}
	hash := nobody
	name := strings.ToLower(strings.TrimSpace(loginName))
	err = d.Read(ctx, func(tx *db.Tx) error {
		if !login.MatchString(name) { // PostgreSQL fails on text that is not UTF-8
			return nil
		}
		found, h, err := load(ctx, tx, `login = $1`, name)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		a, hash = found, h
		return err
	})
	if err != nil {
		return Account{}, err
	}
	match, err := matches(password, hash)
	if err != nil || !match || a.ID == "" || a.Disabled {
		return Account{}, refused.Because(err)
	}
	return a, d.Write(ctx, a.Actor(), func(tx *db.Tx) error { return setSeen(ctx, tx, a.ID) })
}
