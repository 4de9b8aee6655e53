package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// MaxLines bounds a Go file that is not a test.
const MaxLines = 600

// allowedInit lists the files that may have an init function, with the reason.
// There is none.
var allowedInit = map[string]string{}

func packageDocs(t *Tree) []string {
	docs := map[string][]string{}
	for _, f := range t.Go {
		if f.Test {
			continue
		}
		docs[f.Dir] = append(docs[f.Dir], nil...)
		if f.AST.Doc != nil {
			docs[f.Dir] = append(docs[f.Dir], f.Path)
			want := "Package " + f.AST.Name.Name + " "
			if f.AST.Name.Name == "main" {
				want = "Command "
			}
			if !strings.HasPrefix(f.AST.Doc.Text(), want) {
				docs[f.Dir] = append(docs[f.Dir], fmt.Sprintf("(does not begin with %q)", want))
			}
		}
	}
	var broken []string
	for _, dir := range t.Packages() {
		if n := len(docs[dir]); n != 1 {
			broken = append(broken, fmt.Sprintf("%s: wants one doc comment, has %v", dir, docs[dir]))
		}
	}
	return broken
}

func exportedDocs(t *Tree) []string {
	var broken []string
	for _, f := range t.Go {
		if f.Test || f.AST.Name.Name == "main" {
			continue
		}
		for _, d := range f.AST.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && exportedReceiver(d) {
					broken = append(broken, t.explained(d.Name, d.Doc)...)
				}
			case *ast.GenDecl:
				broken = append(broken, t.explainedDecl(d)...)
			}
		}
	}
	return broken
}

// exportedReceiver reports whether a function is one that others can call.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	exported := false
	ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			exported = id.IsExported()
			return false
		}
		return !exported
	})
	return exported
}

// explainedDecl checks types, constants and variables. In a group, the comment
// of the group or at the end of the line will do for a value.
func (t *Tree) explainedDecl(d *ast.GenDecl) []string {
	var broken []string
	for _, s := range d.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() {
				doc := s.Doc
				if doc == nil && !d.Lparen.IsValid() {
					doc = d.Doc
				}
				broken = append(broken, t.explained(s.Name, doc)...)
			}
		case *ast.ValueSpec:
			for _, name := range s.Names {
				switch {
				case !name.IsExported():
				case !d.Lparen.IsValid():
					broken = append(broken, t.explained(name, d.Doc)...)
				case s.Doc == nil && s.Comment == nil && d.Doc == nil:
					broken = append(broken, fmt.Sprintf("%s: %s has no comment", t.at(name.Pos()), name.Name))
				}
			}
		}
	}
	return broken
}

func (t *Tree) explained(name *ast.Ident, doc *ast.CommentGroup) []string {
	if doc == nil {
		return []string{fmt.Sprintf("%s: %s has no comment", t.at(name.Pos()), name.Name)}
	}
	text := doc.Text()
	for _, article := range []string{"", "A ", "An ", "The "} {
		if strings.HasPrefix(text, article+name.Name+" ") || strings.HasPrefix(text, article+name.Name+"\n") ||
			strings.HasPrefix(text, article+name.Name+",") {
			return nil
		}
	}
	return []string{fmt.Sprintf("%s: the comment of %s does not begin with its name", t.at(name.Pos()), name.Name)}
}

func noInit(t *Tree) []string {
	var broken []string
	for _, f := range t.Go {
		for _, d := range f.AST.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" && allowedInit[f.Path] == "" {
				broken = append(broken, t.at(fn.Pos())+": init")
			}
		}
	}
	return broken
}

func fileLength(t *Tree) []string {
	var broken []string
	for _, f := range t.Go {
		if !f.Test && f.Lines > MaxLines {
			broken = append(broken, fmt.Sprintf("%s: %d lines", f.Path, f.Lines))
		}
	}
	return broken
}

// unfinished finds the marks that people leave to come back to. It is put
// together here, so that it does not find itself.
var unfinished = regexp.MustCompile(`\b(` + "TO" + `DO|FIX` + `ME|X` + `XX)\b`)

func finished(t *Tree) []string {
	var broken []string
	for _, p := range paths(t.Text) {
		for i, line := range strings.Split(t.Text[p], "\n") {
			if m := unfinished.FindString(line); m != "" {
				broken = append(broken, fmt.Sprintf("%s:%d: %s", p, i+1, m))
			}
		}
	}
	return broken
}

var migrationName = regexp.MustCompile(`^([0-9]{5})_[a-z0-9_]+\.sql$`)

func migrations(t *Tree) []string {
	var broken []string
	last := map[string]int{}
	for _, p := range paths(t.Text) {
		dir := path.Dir(p)
		if path.Base(dir) != "migrations" || path.Ext(p) != ".sql" {
			continue
		}
		m := migrationName.FindStringSubmatch(path.Base(p))
		if m == nil {
			broken = append(broken, p+": is not named 00000_words.sql")
			continue
		}
		n, _ := strconv.Atoi(m[1]) // five digits
		if n != last[dir]+1 {
			broken = append(broken, fmt.Sprintf("%s: follows %d", p, last[dir]))
		}
		last[dir] = n
		if !strings.Contains(t.Text[p], "-- +goose Up\n") {
			broken = append(broken, p+": has no way up")
		}
		if strings.Contains(t.Text[p], "-- +goose Down") {
			broken = append(broken, p+": has a way down")
		}
	}
	return broken
}

// paths lists the names of files, sorted.
func paths(text map[string]string) []string {
	list := make([]string, 0, len(text))
	for p := range text {
		list = append(list, p)
	}
	sort.Strings(list)
	return list
}

// moduleOf gives the module among those required that an import belongs to, the
// longest that fits.
func moduleOf(importPath string, required map[string]bool) string {
	best := ""
	for m := range required {
		if under(importPath, m) && len(m) > len(best) {
			best = m
		}
	}
	return best
}

// requirement is a line of go.mod's require blocks.
var requirement = regexp.MustCompile(`(?m)^(?:require )?\s*([a-z0-9.-]+\.[a-z]+/\S+|[a-z0-9.-]+\.[a-z]+) v\S+( // indirect)?$`)

func dependencies(t *Tree) []string {
	direct, all := map[string]bool{}, map[string]bool{}
	for _, m := range requirement.FindAllStringSubmatch(t.Text["go.mod"], -1) {
		all[m[1]] = true
		direct[m[1]] = m[2] == ""
	}
	used := map[string]string{} // module to the first place that imports it
	var broken []string
	for _, f := range t.Go {
		f.imports(func(p string, pos token.Pos) {
			host, _, _ := strings.Cut(p, "/")
			if !strings.Contains(host, ".") {
				return
			}
			m := moduleOf(p, all)
			if m == "" {
				broken = append(broken, fmt.Sprintf("%s: %s is not in go.mod", t.at(pos), p))
			} else if used[m] == "" {
				used[m] = t.at(pos)
			}
		})
	}
	for m := range all {
		switch {
		case used[m] != "" && modules[m] == "":
			broken = append(broken, fmt.Sprintf("%s: %s is not listed in internal/arch/modules.go", used[m], m))
		case used[m] != "" && !direct[m]:
			broken = append(broken, "go.mod: "+m+" is marked indirect but imported; run go mod tidy")
		case used[m] == "" && direct[m]:
			broken = append(broken, "go.mod: "+m+" is required but not imported; run go mod tidy")
		}
	}
	for m := range modules {
		if used[m] == "" {
			broken = append(broken, "internal/arch/modules.go: "+m+" is listed but nothing imports it")
		}
	}
	if strings.Contains(t.Text["go.mod"], "\nreplace ") {
		broken = append(broken, "go.mod: a replace is not seen by those who import or audit us")
	}
	sort.Strings(broken)
	return broken
}
