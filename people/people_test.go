package people_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/testkit"
	"karvan/people"
)

var (
	ctx   = context.Background()
	orgA  = id.Derive("n.example", "organisation", "a")
	state = id.Derive("n.example", "state", "kz")
	admin = []people.Grant{{Grant: access.Grant{Role: access.Admin}}}
)

func as(t *testing.T, d *db.DB, a access.Actor, f func(tx *db.Tx) error) error {
	t.Helper()
	return d.Write(ctx, a, f)
}

func create(t *testing.T, d *db.DB, login, hash string, grants []people.Grant) people.Account {
	t.Helper()
	a := people.Account{Login: login, Name: "Айгүл Серік", Lang: "ru", Zone: "Asia/Almaty", Grants: grants}
	if err := as(t, d, access.Operator, func(tx *db.Tx) error { return people.Create(ctx, tx, &a, hash) }); err != nil {
		t.Fatal(err)
	}
	return a
}

func get(t *testing.T, d *db.DB, account string) (a people.Account) {
	t.Helper()
	if err := d.Read(ctx, func(tx *db.Tx) (err error) { a, err = people.Get(ctx, tx, account); return err }); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAnAccountAndItsGrantsSurviveTheTables(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		clock := testkit.NewClock(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC))
		d.SetClock(clock.Now)
		grants := []people.Grant{
			{Grant: access.Grant{Role: access.Focal, Scope: state}, State: state},
			{Grant: access.Grant{Role: access.Member, Scope: orgA}, State: state},
		}
		a := create(t, d, "  Aigul@N.Example ", "x", grants)
		if a.Login != "aigul@n.example" {
			t.Errorf("login %q", a.Login)
		}
		if diff := cmp.Diff(a, get(t, d, a.ID), cmpopts.IgnoreUnexported(people.Account{})); diff != "" {
			t.Error(diff)
		}
		a.Grants, a.Name, a.Disabled, a.Lang = grants[:1], "A. Serik", true, "en"
		if err := as(t, d, access.Operator, func(tx *db.Tx) error { return people.Update(ctx, tx, &a) }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(a, get(t, d, a.ID), cmpopts.IgnoreUnexported(people.Account{})); diff != "" {
			t.Error(diff)
		}
		actor := a.Actor()
		if actor.Role() != access.Focal || actor.Party() != state || actor.State != state {
			t.Errorf("acts as %+v", actor)
		}
		if err := as(t, d, actor, func(tx *db.Tx) error { return people.Prefer(ctx, tx, "zh", "Asia/Shanghai") }); err != nil {
			t.Fatal(err)
		}
		if got := get(t, d, a.ID); got.Lang != "zh" || got.Zone != "Asia/Shanghai" || len(got.Grants) != 1 {
			t.Errorf("%+v", got)
		}
	})
}

func TestAccountsAreRefusedForWhatIsWrong(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		create(t, d, "taken", "x", admin)
		good := func() people.Account {
			return people.Account{Login: "new@n.example", Name: "李娜", Lang: "zh", Zone: "Asia/Shanghai", Grants: []people.Grant{{Grant: access.Grant{Role: access.Member, Scope: orgA}}}}
		}
		for _, c := range []struct {
			name   string
			change func(*people.Account)
			code   fault.Code
			field  string
		}{
			{"a login that is taken", func(a *people.Account) { a.Login = "TAKEN" }, fault.Conflict, "login"},
			{"an empty login", func(a *people.Account) { a.Login = "" }, fault.Invalid, "login"},
			{"a login with a line break", func(a *people.Account) { a.Login = "a\nb" }, fault.Invalid, "login"},
			{"a login that looks like another", func(a *people.Account) { a.Login = "аdmin" }, fault.Invalid, "login"},
			{"an endless login", func(a *people.Account) { a.Login = strings.Repeat("a", 201) }, fault.Invalid, "login"},
			{"no name", func(a *people.Account) { a.Name = " " }, fault.Invalid, "name"},
			{"a name that turns text around", func(a *people.Account) { a.Name = "Li\u202eNa" }, fault.Invalid, "name"},
			{"a long name", func(a *people.Account) { a.Name = strings.Repeat("娜", 121) }, fault.Invalid, "name"},
			{"a language the pages do not speak", func(a *people.Account) { a.Lang = "kk" }, fault.Invalid, "lang"},
			{"a zone that is a path", func(a *people.Account) { a.Zone = "../../etc/passwd" }, fault.Invalid, "zone"},
			{"the server's own zone", func(a *people.Account) { a.Zone = "Local" }, fault.Invalid, "zone"},
			{"the clock's role", func(a *people.Account) { a.Grants[0].Role = access.System }, fault.Invalid, "role"},
			{"a role that is none", func(a *people.Account) { a.Grants[0].Role = "root" }, fault.Invalid, "role"},
			{"a member of nothing", func(a *people.Account) { a.Grants[0].Scope = "" }, fault.Invalid, "scope"},
		} {
			t.Run(c.name, func(t *testing.T) {
				a := good()
				c.change(&a)
				err := as(t, d, access.Operator, func(tx *db.Tx) error { return people.Create(ctx, tx, &a, "x") })
				if !fault.Is(err, c.code) || fault.Of(err).Field != c.field {
					t.Errorf("%v", err)
				}
			})
		}
		member := access.Actor{Account: "m", Grants: []access.Grant{{Role: access.Secretariat, Scope: orgA}}}
		a := good()
		if err := as(t, d, member, func(tx *db.Tx) error { return people.Create(ctx, tx, &a, "x") }); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the secretariat made an account: %v", err)
		}
		b := create(t, d, "Zoe", "x", nil)
		var logins []string
		err := d.Read(ctx, func(tx *db.Tx) error {
			all, err := people.List(ctx, tx)
			for _, a := range all {
				logins = append(logins, a.Login)
			}
			return err
		})
		if diff := cmp.Diff([]string{"taken", "zoe"}, logins); err != nil || diff != "" {
			t.Error(err, diff)
		}
		for _, c := range []struct {
			name  string
			actor access.Actor
			of    string
			code  fault.Code
		}{
			{"one's own", b.Actor(), b.ID, ""},
			{"another's", member, b.ID, fault.Forbidden},
			{"a visitor's", access.Actor{}, b.ID, fault.Unauthenticated},
			{"nobody's", access.Operator, "nobody", fault.NotFound},
		} {
			err := as(t, d, c.actor, func(tx *db.Tx) error { return people.SetPassword(ctx, tx, c.of, "y") })
			if (c.code == "") != (err == nil) || c.code != "" && !fault.Is(err, c.code) {
				t.Errorf("%s password: %v", c.name, err)
			}
		}
	})
}

func TestPasswordsAreJudgedByTheirCharacters(t *testing.T) {
	for _, c := range []struct {
		name, password, login, key string
	}{
		{"long enough in English", "correct horse", "aigul", ""},
		{"long enough in Russian", "верблюжьи тропы", "aigul", ""},
		{"twelve Chinese characters", "丝绸之路经过撒马尔罕古城", "aigul", ""},
		{"long enough in Persian", "کاروان از سمرقند", "aigul", ""},
		{"eleven characters in many bytes", "丝绸之路经过撒马尔罕古", "aigul", "account.password-short"},
		{"nothing", "", "aigul", "account.password-short"},
		{"at most 256 bytes", strings.Repeat("ab", 128), "aigul", ""},
		{"more than 256 bytes", strings.Repeat("ab", 128) + "c", "aigul", "account.password-long"},
		{"its login within", "My-AIGUL-password", "aigul", "account.password-guessable"},
		{"one letter over and over", "aaaaaaaaaaaa", "zoe", "account.password-guessable"},
		{"one Russian letter over and over", "яяяяяяяяяяяя", "zoe", "account.password-guessable"},
		{"a login of a letter is in every word", "correct horse", "e", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := people.CheckPassword(c.password, c.login)
			if c.key == "" && err != nil || c.key != "" && (err == nil || fault.Of(err).Key != c.key) {
				t.Errorf("got %v, want %q", err, c.key)
			}
		})
	}
}

func TestSigningInTellsNobodyWhyItWasRefused(t *testing.T) {
	const password = "караван ид\u0451т \u00e1"
	hash, err := people.Hash(password)
	if err != nil {
		t.Fatal(err)
	}
	// The second set of OWASP's password storage cheat sheet.
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("hashed as %s", hash)
	}
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		a := create(t, d, "aigul", hash, nil)
		off := create(t, d, "off", hash, nil)
		broken := create(t, d, "broken", "not a hash", nil)
		off.Disabled = true
		if err := as(t, d, access.Operator, func(tx *db.Tx) error { return people.Update(ctx, tx, &off) }); err != nil {
			t.Fatal(err)
		}
		want := fault.New(fault.Unauthenticated, "account.wrong").At("password")
		for _, c := range []struct{ name, login, password string }{
			{"an unknown login", "nobody", password},
			{"an empty login", "", password},
			{"an endless login", strings.Repeat("a", 10_000), password},
			{"a login with NUL", "aigul\x00", password},
			{"a disabled account", "off", password},
			{"a hash that cannot be read", broken.Login, password},
			{"a wrong password", "aigul", "караван идёт"},
			{"no password", "aigul", ""},
			{"an endless password", "aigul", strings.Repeat("a", 1000)},
		} {
			got, err := people.SignIn(ctx, d, c.login, c.password)
			f := fault.Of(err)
			if err == nil || f.Code != want.Code || f.Key != want.Key || f.Field != want.Field || len(f.Args) > 0 || got.ID != "" {
				t.Errorf("%s: %+v, %v", c.name, got, err)
			}
		}
		for _, typed := range []string{password, "караван иде\u0308т a\u0301"} { // composed and decomposed
			got, err := people.SignIn(ctx, d, " AIGUL ", typed)
			if err != nil || got.ID != a.ID {
				t.Errorf("%q: %v", typed, err)
			}
		}
		if get(t, d, a.ID).Seen.IsZero() || !get(t, d, off.ID).Seen.IsZero() {
			t.Error("the time of signing in is not what happened")
		}
	})
}

func TestTheLastAdminStays(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		member := create(t, d, "member", "x", nil)
		member.Name = "Renamed"
		update := func(a people.Account) error {
			return as(t, d, access.Operator, func(tx *db.Tx) error { return people.Update(ctx, tx, &a) })
		}
		if err := update(member); err != nil {
			t.Errorf("without admins nobody can be edited: %v", err)
		}
		one, two := create(t, d, "one", "x", admin), create(t, d, "two", "x", admin)
		two.Disabled = true
		if err := update(two); err != nil {
			t.Error(err)
		}
		for name, change := range map[string]func(*people.Account){
			"disabled": func(a *people.Account) { a.Disabled = true },
			"demoted":  func(a *people.Account) { a.Grants = nil },
		} {
			a := one
			change(&a)
			if err := update(a); !fault.Is(err, fault.Conflict) {
				t.Errorf("the last admin was %s: %v", name, err)
			}
		}
		if got := get(t, d, one.ID); got.Disabled || len(got.Grants) != 1 {
			t.Errorf("%+v", got)
		}
		if err := update(people.Account{ID: "nobody", Login: "nobody", Name: "N", Lang: "en", Zone: "UTC"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("an account that is not there: %v", err)
		}
	})
}

func TestTwoAdminsCannotTakeEachOtherAwayAtOnce(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		var all []people.Account
		for _, login := range []string{"one", "two", "three", "four"} {
			all = append(all, create(t, d, login, "x", admin))
		}
		for range 5 {
			var wait sync.WaitGroup
			for _, a := range all {
				wait.Go(func() {
					a.Disabled = true
					err := as(t, d, access.Operator, func(tx *db.Tx) error {
						err := people.Update(ctx, tx, &a)
						time.Sleep(2 * time.Millisecond) // a commit takes its time
						return err
					})
					if err != nil && !fault.Is(err, fault.Conflict) {
						t.Error(err)
					}
				})
			}
			wait.Wait()
			left := 0
			for _, a := range all {
				if !get(t, d, a.ID).Disabled {
					left++
				}
			}
			if left != 1 {
				t.Fatalf("%d admins left", left)
			}
			for _, a := range all {
				if err := as(t, d, access.Operator, func(tx *db.Tx) error { return people.Update(ctx, tx, &a) }); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func TestANewPasswordEndsEverySession(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		a := people.Account{Login: "ticket", Name: "Ticket", Lang: "en", Zone: "UTC", Grants: []people.Grant{{Grant: access.Grant{Role: access.Admin}}}}
		err := d.Write(ctx, access.Operator, func(tx *db.Tx) error { return people.Create(ctx, tx, &a, "hash one") })
		if err != nil {
			t.Fatal(err)
		}
		holder := func(ticket string) error {
			return d.Read(ctx, func(tx *db.Tx) error {
				_, err := people.Holder(ctx, tx, ticket)
				return err
			})
		}
		var old people.Account
		if err := d.Read(ctx, func(tx *db.Tx) (err error) { old, err = people.Get(ctx, tx, a.ID); return err }); err != nil {
			t.Fatal(err)
		}
		if err := holder(old.Ticket()); err != nil {
			t.Fatalf("a fresh ticket: %v", err)
		}
		if err := d.Write(ctx, access.Operator, func(tx *db.Tx) error { return people.SetPassword(ctx, tx, a.ID, "hash two") }); err != nil {
			t.Fatal(err)
		}
		for _, ticket := range []string{old.Ticket(), a.ID, "", "."} {
			if err := holder(ticket); !fault.Is(err, fault.NotFound) {
				t.Errorf("ticket %q still opens: %v", ticket, err)
			}
		}
	})
}
