package people

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"karvan/internal/access"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
)

// Account is a person who can sign in.
type Account struct {
	ID       string
	Login    string // e-mail address or a plain name, lower case
	Name     string
	Lang     lang.Tag // interface language
	Zone     string   // IANA time zone
	Disabled bool
	Created  time.Time
	Seen     time.Time // last sign-in
	Grants   []Grant

	stamp string // changes with the password
}

// Ticket names the account in a session. It changes with the password, so that a
// new password ends every session that was begun under the old one.
func (a *Account) Ticket() string { return a.ID + "." + a.stamp }

// Grant is a role of an account; State is the state of the organisation in
// Scope, so that acting needs no look-up.
type Grant struct {
	access.Grant
	State id.ID
}

var login = regexp.MustCompile(`^[a-z0-9][a-z0-9._+-]*(@[a-z0-9-]+(\.[a-z0-9-]+)+)?$`)

// Bounds on a password: NIST SP 800-63B asks for at least 8 characters when it
// is the only factor; longer than MaxPassword only costs time.
const (
	MinPassword = 12
	MaxPassword = 256
)

// Validate checks what a person may type.
func (a *Account) Validate() error {
	var l fault.List
	if len(a.Login) > 200 || !login.MatchString(a.Login) {
		l.Add("login", "account.bad-login")
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(a.Name)); n == 0 {
		l.Add("name", "text.missing")
	} else if n > 120 {
		l.Add("name", "text.too-long", "n", n, "max", 120)
	}
	if lang.CheckText(a.Name) != nil || strings.ContainsAny(a.Name, "\n\t") {
		l.Add("name", "text.forbidden-characters")
	}
	if !lang.IsInterface(a.Lang) {
		l.Add("lang", "lang.invalid")
	}
	if _, err := time.LoadLocation(a.Zone); err != nil || a.Zone == "" || a.Zone == "Local" {
		l.Add("zone", "zone.invalid")
	}
	for _, g := range a.Grants {
		if g.Role == access.Visitor || g.Role == access.System || !slices.Contains(access.Roles, g.Role) {
			l.Add("role", "code.unknown")
		}
		if g.Role != access.Admin && g.Scope == "" {
			l.Add("scope", "account.scope-needed")
		}
	}
	return l.Err()
}

// CheckPassword checks a password that someone chooses.
func CheckPassword(password, login string) error {
	n := utf8.RuneCountInString(password)
	switch {
	case n < MinPassword:
		return fault.New(fault.Invalid, "account.password-short", "min", MinPassword).At("password")
	case len(password) > MaxPassword:
		return fault.New(fault.Invalid, "account.password-long", "max", MaxPassword).At("password")
	case len(login) > 3 && strings.Contains(strings.ToLower(password), login) || oneCharacter(password):
		return fault.New(fault.Invalid, "account.password-guessable").At("password")
	}
	return nil
}

// oneCharacter reports whether s repeats a single character.
func oneCharacter(s string) bool {
	_, size := utf8.DecodeRuneInString(s)
	return strings.Count(s, s[:size])*size == len(s)
}

// runsTheNode reports whether a is an admin who can sign in.
func (a *Account) runsTheNode() bool { return !a.Disabled && a.Actor().Has(access.Admin) }

// Actor is who the account acts as.
func (a *Account) Actor() access.Actor {
	actor := access.Actor{Account: a.ID, Name: a.Name}
	for _, g := range a.Grants {
		actor.Grants = append(actor.Grants, g.Grant)
		if g.State != "" && actor.State == "" {
			actor.State = g.State
		}
	}
	return actor
}
