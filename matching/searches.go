package matching

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/oklog/ulid/v2"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/lang"
)

// Search is a search that somebody keeps, to see later what is new in it.
type Search struct {
	ID      string
	Account string
	Name    string
	// Query is the address of the list without the language: "/search?q=water".
	Query   string
	SavedAt time.Time
	SeenAt  time.Time // what was published later is new
}

// Bounds of searches that are kept.
const (
	MaxSearches = 50   // of an account
	maxName     = 120  // characters
	maxQuery    = 2000 // bytes
)

// searchPaths are the lists that can be kept.
var searchPaths = []string{"/catalogue", "/search"}

// Path is the path of the list.
func (s Search) Path() string { path, _, _ := strings.Cut(s.Query, "?"); return path }

// SaveSearch keeps a search for who is signed in. The same search is kept once:
// the one that is there is returned. It fails with [fault.TooLarge] when there
// are [MaxSearches].
func SaveSearch(ctx context.Context, tx *db.Tx, name, query string) (s Search, err error) {
	defer fault.Wrap(&err, "matching.SaveSearch")
	if !tx.Actor.SignedIn() {
		return s, fault.New(fault.Unauthenticated, "fault.sign-in-first")
	}
	s = Search{ID: ulid.MustNew(ulid.Timestamp(tx.Now), ulid.DefaultEntropy()).String(), Account: tx.Actor.Account, SavedAt: tx.Now, SeenAt: tx.Now}
	if s.Query, err = searchQuery(query); err != nil {
		return s, err
	}
	if s.Name, err = searchName(name); err != nil {
		return s, err
	}
	if err := tx.Lock(ctx, "searches "+s.Account); err != nil { // so that the bound holds
		return s, err
	}
	if err := forget(ctx, tx); err != nil {
		return s, err
	}
	kept, err := SearchesOf(ctx, tx, s.Account)
	if err != nil {
		return s, err
	}
	if i := slices.IndexFunc(kept, func(k Search) bool { return k.Query == s.Query }); i >= 0 {
		return kept[i], nil
	}
	if len(kept) >= MaxSearches {
		return s, fault.New(fault.TooLarge, "searches.too-many", "max", MaxSearches)
	}
	return s, insertSearch(ctx, tx, s)
}

// searchQuery checks the address of a list and writes it in one way, without the
// place in the list.
func searchQuery(query string) (string, error) {
	bad := fault.New(fault.Invalid, "searches.bad-query").At("query")
	if len(query) > maxQuery {
		return "", bad
	}
	path, raw, _ := strings.Cut(query, "?")
	values, err := url.ParseQuery(raw)
	if err != nil || !slices.Contains(searchPaths, path) {
		return "", bad.Because(err)
	}
	values.Del("cursor")
	for name, all := range values {
		all = slices.DeleteFunc(all, func(v string) bool { return v == "" })
		if values[name] = all; len(all) == 0 {
			delete(values, name)
		}
		if !utf8.ValidString(name) || slices.ContainsFunc(all, func(v string) bool { return lang.CheckText(v) != nil }) {
			return "", bad
		}
	}
	if len(values) == 0 {
		return path, nil
	}
	return path + "?" + values.Encode(), nil
}

func searchName(name string) (string, error) {
	name = strings.TrimSpace(name)
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return "", fault.New(fault.Invalid, "text.missing").At("name")
	case n > maxName:
		return "", fault.New(fault.Invalid, "text.too-long", "n", n, "max", maxName).At("name")
	case lang.CheckText(name) != nil || strings.ContainsAny(name, "\n\t"):
		return "", fault.New(fault.Invalid, "text.forbidden-characters").At("name")
	}
	return name, nil
}

// ownSearch gives a search of who is signed in.
func ownSearch(ctx context.Context, tx *db.Tx, search string) (Search, error) {
	if !tx.Actor.SignedIn() {
		return Search{}, fault.New(fault.Unauthenticated, "fault.sign-in-first")
	}
	return searchOf(ctx, tx, tx.Actor.Account, search)
}

// RenameSearch gives a search of who is signed in another name.
func RenameSearch(ctx context.Context, tx *db.Tx, search, name string) (err error) {
	defer fault.Wrap(&err, "matching.RenameSearch(%s)", search)
	s, err := ownSearch(ctx, tx, search)
	if err != nil {
		return err
	}
	if s.Name, err = searchName(name); err != nil {
		return err
	}
	return updateSearch(ctx, tx, s)
}

// MarkSeen notes that who is signed in looks at a search now.
func MarkSeen(ctx context.Context, tx *db.Tx, search string) (s Search, err error) {
	defer fault.Wrap(&err, "matching.MarkSeen(%s)", search)
	if s, err = ownSearch(ctx, tx, search); err != nil {
		return s, err
	}
	s.SeenAt = tx.Now
	return s, updateSearch(ctx, tx, s)
}

// bin is the owner of a search that an account has deleted. An account's id has
// no slash.
func bin(account string) string { return "deleted/" + account }

// DeleteSearch takes a search of who is signed in away. Until they save or delete
// another, [RestoreSearch] brings it back.
func DeleteSearch(ctx context.Context, tx *db.Tx, search string) (s Search, err error) {
	defer fault.Wrap(&err, "matching.DeleteSearch(%s)", search)
	if s, err = ownSearch(ctx, tx, search); err != nil {
		return s, err
	}
	if err := forget(ctx, tx); err != nil {
		return s, err
	}
	gone := s
	gone.Account = bin(s.Account)
	return s, updateSearch(ctx, tx, gone)
}

// DeletedSearch gives a search that an account has deleted and can bring back. It
// fails with [fault.NotFound].
func DeletedSearch(ctx context.Context, tx *db.Tx, account, search string) (s Search, err error) {
	defer fault.Wrap(&err, "matching.DeletedSearch(%s)", search)
	s, err = searchOf(ctx, tx, bin(account), search)
	s.Account = account
	return s, err
}

// RestoreSearch brings back the search that who is signed in deleted last.
func RestoreSearch(ctx context.Context, tx *db.Tx, search string) (s Search, err error) {
	defer fault.Wrap(&err, "matching.RestoreSearch(%s)", search)
	if !tx.Actor.SignedIn() {
		return s, fault.New(fault.Unauthenticated, "fault.sign-in-first")
	}
	if s, err = DeletedSearch(ctx, tx, tx.Actor.Account, search); err != nil {
		return s, err
	}
	return s, updateSearch(ctx, tx, s)
}

// forget deletes for good what who is signed in deleted before.
func forget(ctx context.Context, tx *db.Tx) error {
	return deleteSearchesOf(ctx, tx, bin(tx.Actor.Account))
}
