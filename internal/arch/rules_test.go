package arch_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"karvan/internal/arch"
)

// examples has, for each rule, small trees that break it and trees that keep it.
var examples = map[string][]struct {
	name  string
	files map[string]string
	finds string // part of what is reported; "" when the rule is kept
}{
	"every package has its place": {
		{"a package nobody entered", map[string]string{"misc/a.go": "package misc"}, "misc"},
		{"a folder inside one that is entered", map[string]string{"app/demo/a.go": "package demo"}, ""},
	},
	"areas do not know who shows or carries them": {
		{"an area imports the site", map[string]string{"calls/a.go": `package calls; import _ "karvan/site"`}, "calls imports karvan/site"},
		{"its test does", map[string]string{"calls/a_test.go": `package calls; import _ "karvan/app"`}, "karvan/app"},
		{"the index imports the page kit", map[string]string{"matching/a.go": `package matching; import _ "karvan/internal/web"`}, "internal/web"},
		{"the site imports an area", map[string]string{"site/a.go": `package site; import _ "karvan/calls"`}, ""},
		{"an area imports a package whose name only begins alike", map[string]string{"calls/a.go": `package calls; import _ "karvan/internal/webs"`}, ""},
	},
	"areas import only their neighbours": {
		{"a call imports a meeting", map[string]string{"calls/a.go": `package calls; import _ "karvan/meetings"`}, "calls imports meetings"},
		{"the core imports an area", map[string]string{"record/a.go": `package record; import _ "karvan/parties"`}, "record imports parties"},
		{"the index imports an area", map[string]string{"matching/a.go": `package matching; import _ "karvan/catalogue"`}, "matching imports catalogue"},
		{"commitments import meetings", map[string]string{"commitments/a.go": `package commitments; import _ "karvan/meetings"`}, ""},
		{"an area imports its own folder", map[string]string{"parties/a.go": `package parties; import _ "karvan/parties/names"`}, ""},
	},
	"plumbing knows no area": {
		{"the journal imports records", map[string]string{"internal/journal/a.go": `package journal; import _ "karvan/record"`}, "karvan/record"},
		{"the page kit imports an area", map[string]string{"internal/web/a.go": `package web; import _ "karvan/parties"`}, "karvan/parties"},
		{"the page kit imports records", map[string]string{"internal/web/a.go": `package web; import _ "karvan/record"`}, ""},
		{"the test kit imports an area", map[string]string{"internal/testkit/a.go": `package testkit; import _ "karvan/parties"`}, ""},
	},
	"carriers know no area": {
		{"files carry an offer", map[string]string{"exchange/a.go": `package exchange; import _ "karvan/catalogue"`}, "exchange imports karvan/catalogue"},
		{"its test makes one", map[string]string{"exchange/a_test.go": `package exchange; import _ "karvan/catalogue"`}, ""},
		{"files carry a record", map[string]string{"exchange/a.go": `package exchange; import _ "karvan/record"`}, ""},
	},
	"the engine is pure": {
		{"it opens a database", map[string]string{"matching/engine/a.go": `package engine; import _ "database/sql"`}, "database/sql"},
		{"it reads records", map[string]string{"matching/engine/a.go": `package engine; import _ "karvan/record"`}, "karvan/record"},
		{"it calls a server", map[string]string{"matching/engine/a.go": `package engine; import _ "net/rpc"`}, "net/rpc"},
		{"it knows tags", map[string]string{"matching/engine/a.go": `package engine; import _ "karvan/internal/lang"`}, ""},
	},
	"the ledger stands alone": {
		{"it imports plumbing", map[string]string{"federation/ledger/a.go": `package ledger; import _ "karvan/internal/id"`}, "karvan/internal/id"},
		{"it imports what is not ours", map[string]string{"federation/ledger/a.go": `package ledger; import _ "crypto/sha256"`}, ""},
	},
	"HTTP stays outside": {
		{"an area answers requests", map[string]string{"calls/a.go": `package calls; import _ "net/http"`}, "net/http"},
		{"the vectors do, past their service", map[string]string{"matching/vectors/a.go": `package vectors; import _ "net/http"`}, "net/http"},
		{"their service does", map[string]string{"matching/vectors/service/a.go": `package service; import _ "net/http"`}, ""},
		{"the ledger does", map[string]string{"federation/ledger/a.go": `package ledger; import _ "net/http"`}, "net/http"},
		{"a test starts a server", map[string]string{"calls/a_test.go": `package calls; import _ "net/http/httptest"`}, ""},
		{"the site does", map[string]string{"site/a.go": `package site; import _ "net/http"`}, ""},
	},
	"SQL stays in the stores": {
		{"a verb opens a database", map[string]string{"calls/ops.go": `package calls; import _ "database/sql"`}, "database/sql"},
		{"a verb has a statement", map[string]string{"calls/ops.go": "package calls; const q = `\n\tSELECT id FROM calls`"}, "calls/ops.go:1: an SQL statement"},
		{"a store has one", map[string]string{"calls/store_seats.go": "package calls; const q = `SELECT id FROM calls`"}, ""},
		{"a sentence begins like one", map[string]string{"site/a.go": `package site; const s = "Select a language"`}, ""},
	},
	"time comes from the transaction": {
		{"a verb looks at the clock", map[string]string{"calls/ops.go": "package calls\nimport \"time\"\nvar t = time.Now()"}, "calls/ops.go:3: time.Now"},
		{"it does so sideways", map[string]string{"record/a.go": "package record\nimport \"time\"\nvar t = time.Since(time.Time{})"}, "time.Since"},
		{"a server looks at the clock", map[string]string{"app/a.go": "package app\nimport \"time\"\nvar t = time.Now()"}, ""},
	},
	"packages are explained once": {
		{"nobody explains it", map[string]string{"calls/a.go": "package calls"}, "calls: wants one doc comment, has []"},
		{"two do", map[string]string{"calls/a.go": "// Package calls is.\npackage calls", "calls/b.go": "// Package calls was.\npackage calls"}, "calls/a.go calls/b.go"},
		{"the comment is about something else", map[string]string{"calls/a.go": "// All of it.\npackage calls"}, "does not begin"},
		{"one does", map[string]string{"calls/a.go": "// Package calls is.\npackage calls", "calls/b.go": "package calls"}, ""},
		{"a command", map[string]string{"cmd/karvan/main.go": "// Command karvan is.\npackage main"}, ""},
	},
	"exported names are explained": {
		{"a function without a comment", map[string]string{"calls/a.go": "package calls\nfunc Open() {}"}, "calls/a.go:2: Open has no comment"},
		{"a comment about something else", map[string]string{"calls/a.go": "package calls\n// Opens it.\nfunc Open() {}"}, "does not begin with its name"},
		{"a method", map[string]string{"calls/a.go": "package calls\n// T is.\ntype T[K any] struct{}\nfunc (t *T[K]) Close() {}"}, "Close has no comment"},
		{"a type in a group", map[string]string{"calls/a.go": "package calls\n// Types.\ntype (\n\tT int\n)"}, "T has no comment"},
		{"a variable", map[string]string{"calls/a.go": "package calls\nvar V int"}, "V has no comment"},
		{"a group without any comment", map[string]string{"calls/a.go": "package calls\nconst (\n\tA = 1\n)"}, "A has no comment"},
		{"what others do not see", map[string]string{"calls/a.go": "package calls\ntype t int\nfunc (t) Close() {}\nfunc open() {}"}, ""},
		{"a group with a comment, and one at the end of the line", map[string]string{"calls/a.go": "package calls\n// Letters.\nconst (\n\tA = 1\n)\nconst (\n\tB = 1 // the second\n)"}, ""},
		{"all explained", map[string]string{"calls/a.go": "package calls\n// A T is.\ntype T int\n// Close does.\nfunc (T) Close() {}"}, ""},
	},
	"no init functions": {
		{"an init", map[string]string{"calls/a.go": "package calls\nfunc init() {}"}, "calls/a.go:2: init"},
		{"a method of that name", map[string]string{"calls/a.go": "package calls\ntype t int\nfunc (t) init() {}"}, ""},
	},
	"files do one thing": {
		{"a long file", map[string]string{"calls/a.go": "package calls\n" + strings.Repeat("\n", arch.MaxLines)}, "601 lines"},
		{"a long test", map[string]string{"calls/a_test.go": "package calls\n" + strings.Repeat("\n", arch.MaxLines)}, ""},
		{"a file that just fits", map[string]string{"calls/a.go": "package calls\n" + strings.Repeat("\n", arch.MaxLines-1)}, ""},
	},
	"nothing is left unfinished": {
		{"a mark in Go", map[string]string{"calls/a.go": "package calls\n// " + "TO" + "DO(me): all of it"}, "calls/a.go:2"},
		{"a mark in a page", map[string]string{"site/a.html": "<!-- FIX" + "ME -->"}, "site/a.html:1"},
		{"a name for a temporary folder", map[string]string{"scripts/a": "mktemp /tmp/a.XXXXXX"}, ""},
		{"what others wrote", map[string]string{"site/static/lib.min.js": "// " + "TO" + "DO"}, ""},
	},
	"migrations go forward": {
		{"a way down", map[string]string{"m/migrations/00001_a.sql": "-- +goose Up\n-- +goose Down\n"}, "has a way down"},
		{"no way up", map[string]string{"m/migrations/00001_a.sql": "CREATE TABLE a (id text);"}, "has no way up"},
		{"a gap", map[string]string{"m/migrations/00001_a.sql": "-- +goose Up\n", "m/migrations/00003_b.sql": "-- +goose Up\n"}, "00003_b.sql: follows 1"},
		{"one number twice", map[string]string{"m/migrations/00001_a.sql": "-- +goose Up\n", "m/migrations/00001_b.sql": "-- +goose Up\n"}, "00001_b.sql: follows 1"},
		{"another name", map[string]string{"m/migrations/first.sql": "-- +goose Up\n"}, "is not named"},
		{"two in order", map[string]string{"m/migrations/00001_a.sql": "-- +goose Up\n", "m/migrations/00002_b.sql": "-- +goose Up\n"}, ""},
	},
	"dependencies are listed with a reason": {
		{"a module nobody entered", map[string]string{
			"go.mod":     "module karvan\n\nrequire example.org/new v1.0.0\n",
			"calls/a.go": `package calls; import _ "example.org/new/part"`}, "calls/a.go:1: example.org/new is not listed"},
		{"a package of no module", map[string]string{"go.mod": "module karvan\n", "calls/a.go": `package calls; import _ "example.org/new"`}, "example.org/new is not in go.mod"},
		{"a module that is imported but marked indirect", map[string]string{
			"go.mod":     "module karvan\n\nrequire (\n\tgithub.com/google/go-cmp v0.7.0 // indirect\n)\n",
			"calls/a.go": `package calls; import _ "github.com/google/go-cmp/cmp"`}, "go-cmp is marked indirect"},
		{"a module that nobody imports", map[string]string{"go.mod": "module karvan\n\nrequire github.com/google/go-cmp v0.7.0\n"}, "go-cmp is required but not imported"},
		{"an entry that nobody needs", map[string]string{"go.mod": "module karvan\n"}, "go-cmp is listed but nothing imports it"},
		{"a replace", map[string]string{"go.mod": "module karvan\n\nreplace a.org/b => ../b\n"}, "a replace"},
	},
}

func TestRulesFindWhatTheyAreFor(t *testing.T) {
	for _, r := range arch.Rules {
		breaks := 0
		for _, e := range examples[r.Name] {
			t.Run(r.Name+"/"+e.name, func(t *testing.T) {
				tree := treeOf(t, e.files)
				found := strings.Join(r.Check(tree), "\n")
				switch {
				case e.finds == "" && found != "":
					t.Errorf("reports %s", found)
				case !strings.Contains(found, e.finds):
					t.Errorf("reports %q, want %q in it", found, e.finds)
				}
			})
			if e.finds != "" {
				breaks++
			}
		}
		if breaks == 0 {
			t.Errorf("no example breaks the rule %q", r.Name)
		}
	}
}

// The list of modules is kept when the tree imports exactly what it names.
func TestDependenciesKept(t *testing.T) {
	var mod, imports strings.Builder
	mod.WriteString("module karvan\n\nrequire (\n")
	for m := range arch.ModulesForTest() {
		mod.WriteString("\t" + m + " v1.0.0\n")
		imports.WriteString("import _ \"" + m + "\"\n")
	}
	mod.WriteString(")\n\nrequire example.org/far v1.0.0 // indirect\n")
	tree := treeOf(t, map[string]string{"go.mod": mod.String(), "calls/a.go": "package calls\n" + imports.String()})
	for _, r := range arch.Rules {
		if strings.HasPrefix(r.Name, "dependencies") {
			for _, broken := range r.Check(tree) {
				t.Error(broken)
			}
		}
	}
}

func TestAreasAreThoseOfTheTree(t *testing.T) {
	tree := treeOf(t, map[string]string{"calls/a.go": "package calls", "calls/seats/a.go": "package seats", "site/a.go": "package site",
		"exchanges/a_test.go": "package exchanges"})
	if got := strings.Join(tree.Areas(), " "); got != "calls" {
		t.Errorf("areas are %q, want calls", got)
	}
}

func treeOf(t *testing.T, files map[string]string) *arch.Tree {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	tree, err := arch.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}
