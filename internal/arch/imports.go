package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// Rule is a rule of the house.
type Rule struct {
	Name   string
	Reason string
	Check  func(*Tree) []string // what breaks it, each with its place
}

// Rules lists the rules that the source has to keep.
var Rules = []Rule{
	{"every package has its place", "a layer decides who may import it, so a new package is entered in internal/arch/places.go", everyPlace},
	{"areas do not know who shows or carries them", "an area must not know who shows it or who carries it abroad", noFaces},
	{"areas import only their neighbours", "areas react to each other through the journal, and link by id; an import makes two features one", neighboursOnly},
	{"plumbing knows no area", "what serves all must not change when one does", plumbingBelow},
	{"carriers know no area", "what carries any record carries the kinds that do not exist yet", carriersKnowNone},
	{"the engine is pure", "it scores descriptions; where they come from and what they mean is not its business", pureEngine},
	{"the ledger stands alone", "the proof must be checkable without trusting the rest", pureLedger},
	{"HTTP stays outside", "a verb that knows about requests cannot be used by a clock, an import or another verb", httpOutside},
	{"SQL stays in the stores", "one SQL text serves two engines; it can be kept so only where it can be found", sqlInStores},
	{"time comes from the transaction", "a row, its journal line and its revision have to agree on the time, and tests set the clock", noNow},
	{"packages are explained once", "a reader learns what a package is from its one doc comment", packageDocs},
	{"exported names are explained", "what others use is said in a sentence that begins with its name", exportedDocs},
	{"no init functions", "app wires the program by hand, so that reading it shows everything that happens", noInit},
	{"files do one thing", "a file of more than 600 lines does several", fileLength},
	{"nothing is left unfinished", "a known weakness is written as BUG(area) where it is, or as an issue", finished},
	{"migrations go forward", "a node is never downgraded in place; a way back that nobody tests is a trap", migrations},
	{"dependencies are listed with a reason", "each module is code of others that we answer for", dependencies},
}

// ban refuses imports: files that from picks must not import what to picks.
func (t *Tree) ban(tests bool, from func(*File) bool, to func(importPath string) bool) []string {
	var broken []string
	for _, f := range t.Go {
		if f.Test && !tests || !from(f) {
			continue
		}
		f.imports(func(p string, pos token.Pos) {
			if to(p) {
				broken = append(broken, fmt.Sprintf("%s: %s imports %s", t.at(pos), f.Dir, p))
			}
		})
	}
	return broken
}

func inLayer(layers ...Layer) func(*File) bool {
	return func(f *File) bool {
		_, l := place(f.Dir)
		for _, want := range layers {
			if l == want {
				return true
			}
		}
		return false
	}
}

func ours(folders ...string) func(string) bool {
	return func(p string) bool {
		dir, ok := own(p)
		return ok && under(dir, folders...)
	}
}

func everyPlace(t *Tree) []string {
	var broken []string
	for _, dir := range t.Packages() {
		if _, l := place(dir); l == "" {
			broken = append(broken, dir+": has no layer")
		}
	}
	return broken
}

func noFaces(t *Tree) []string {
	return t.ban(true, inLayer(Area, Core, Index),
		ours("site", "api", "app", "federation", "cmd", "internal/web", "internal/mail"))
}

func neighboursOnly(t *Tree) []string {
	var broken []string
	for _, f := range t.Go {
		from, layer := place(f.Dir)
		if f.Test || layer != Area && layer != Core && layer != Index {
			continue
		}
		f.imports(func(p string, pos token.Pos) {
			dir, ok := own(p)
			to, l := place(dir)
			if !ok || l != Area || to == from || under(to, neighbours[from]...) {
				return
			}
			broken = append(broken, fmt.Sprintf("%s: %s imports %s", t.at(pos), from, to))
		})
	}
	return broken
}

func plumbingBelow(t *Tree) []string {
	// The page kit and the mail kit may show a record; that is all they know.
	kits := func(f *File) bool { return under(f.Dir, "internal/web", "internal/mail") }
	plumbing := inLayer(Plumbing)
	above := func(p string) bool {
		dir, ok := own(p)
		_, l := place(dir)
		return ok && l != Plumbing && l != Support
	}
	broken := t.ban(false, func(f *File) bool { return plumbing(f) && !kits(f) }, above)
	return append(broken, t.ban(false, kits, func(p string) bool {
		return above(p) && !ours("record", "lexicon")(p)
	})...)
}

func carriersKnowNone(t *Tree) []string {
	var broken []string
	for _, f := range t.Go {
		carrier, layer := place(f.Dir)
		if f.Test || layer != Carrier {
			continue
		}
		f.imports(func(p string, pos token.Pos) {
			dir, ok := own(p)
			area, l := place(dir)
			if ok && l == Area && !slices.Contains(neighbours[carrier], area) {
				broken = append(broken, fmt.Sprintf("%s: %s imports %s", t.at(pos), f.Dir, p))
			}
		})
	}
	return broken
}

func pureEngine(t *Tree) []string {
	return t.ban(false, func(f *File) bool { return under(f.Dir, "matching/engine") }, func(p string) bool {
		dir, ok := own(p)
		return ok && !under(dir, "internal/id", "internal/lang", "internal/fault") ||
			p == "database/sql" || p == "net" || strings.HasPrefix(p, "net/")
	})
}

func pureLedger(t *Tree) []string {
	return t.ban(false, func(f *File) bool { return under(f.Dir, "federation/ledger") }, func(p string) bool {
		_, ok := own(p)
		return ok
	})
}

func httpOutside(t *Tree) []string {
	return t.ban(false, func(f *File) bool {
		// matching/vectors/service is the one part of matching that asks a server; what
		// uses it sees texts and vectors.
		return !under(f.Dir, "site", "api", "app", "cmd", "federation", "internal/web", "internal/mail", "internal/testkit", "matching/vectors/service") ||
			under(f.Dir, "federation/ledger")
	}, func(p string) bool { return p == "net/http" || strings.HasPrefix(p, "net/http/") })
}

// statement recognises the beginning of an SQL statement.
var statement = regexp.MustCompile(`^\s*(SELECT\s|INSERT INTO\s|UPDATE \w+ SET\s|DELETE FROM\s|CREATE (TABLE|INDEX)\s|WITH (RECURSIVE )?\w+ AS\s)`)

func sqlInStores(t *Tree) []string {
	outside := func(f *File) bool {
		name := f.Path[strings.LastIndexByte(f.Path, '/')+1:]
		return !strings.HasPrefix(name, "store") && !under(f.Dir, "internal/db", "internal/journal", "internal/testkit", "record")
	}
	broken := t.ban(false, outside, func(p string) bool { return p == "database/sql" || strings.HasPrefix(p, "database/sql/") })
	for _, f := range t.Go {
		if f.Test || !outside(f) {
			continue
		}
		ast.Inspect(f.AST, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && statement.MatchString(strings.Trim(lit.Value, "`\"")) {
				broken = append(broken, t.at(lit.Pos())+": an SQL statement")
			}
			return true
		})
	}
	return broken
}

func noNow(t *Tree) []string {
	var broken []string
	in := inLayer(Area, Core)
	for _, f := range t.Go {
		if f.Test || !in(f) {
			continue
		}
		ast.Inspect(f.AST, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && (s.Sel.Name == "Now" || s.Sel.Name == "Since" || s.Sel.Name == "Until") {
				broken = append(broken, fmt.Sprintf("%s: time.%s", t.at(s.Pos()), s.Sel.Name))
			}
			return true
		})
	}
	return broken
}
