package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"
)

// Module is the module path, with which the imports of our own packages begin.
const Module = "karvan"

// File is a Go file.
type File struct {
	Path  string // from the top, with slashes
	Dir   string // the package's folder, "." at the top
	Test  bool
	Lines int
	AST   *ast.File
}

// Tree is the source of the project.
type Tree struct {
	Go   []*File
	Text map[string]string // every file that people write, Go included, by path
	fset *token.FileSet
}

// skipped are the folders that hold no source of ours.
var skipped = map[string]bool{".git": true, "bin": true, "data": true, "testdata": true, "node_modules": true}

// written are the endings of the files that people write. A name without an
// ending is a script or a Makefile.
var written = map[string]bool{".go": true, ".sql": true, ".html": true, ".css": true, ".js": true, ".md": true, ".sh": true, ".mod": true, "": true}

// Load reads the source under fsys.
func Load(fsys fs.FS) (*Tree, error) {
	t := &Tree{Text: map[string]string{}, fset: token.NewFileSet()}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if skipped[d.Name()] && p != "." {
				return fs.SkipDir
			}
			if _, err := fs.Stat(fsys, path.Join(p, "go.mod")); err == nil && p != "." {
				return fs.SkipDir // a module of its own, such as the bench's
			}
			return nil
		}
		if !written[path.Ext(p)] || strings.HasSuffix(p, ".min.js") || !d.Type().IsRegular() {
			return nil
		}
		text, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		t.Text[p] = string(text)
		if path.Ext(p) != ".go" {
			return nil
		}
		f, err := parser.ParseFile(t.fset, p, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		t.Go = append(t.Go, &File{Path: p, Dir: path.Dir(p), Test: strings.HasSuffix(p, "_test.go"),
			Lines: strings.Count(string(text), "\n"), AST: f})
		return nil
	})
	return t, err
}

// at says where in the source something stands.
func (t *Tree) at(pos token.Pos) string {
	p := t.fset.Position(pos)
	return fmt.Sprintf("%s:%d", p.Filename, p.Line)
}

// Packages lists the folders that hold Go files other than tests, sorted.
func (t *Tree) Packages() []string {
	seen := map[string]bool{}
	for _, f := range t.Go {
		if !f.Test {
			seen[f.Dir] = true
		}
	}
	return sorted(seen)
}

// imports calls f with every import of a file.
func (f *File) imports(yield func(importPath string, pos token.Pos)) {
	for _, i := range f.AST.Imports {
		if p, err := strconv.Unquote(i.Path.Value); err == nil {
			yield(p, i.Pos())
		}
	}
}

// own gives the folder of one of our own packages.
func own(importPath string) (dir string, ok bool) {
	return strings.CutPrefix(importPath, Module+"/")
}

// under reports whether dir is one of the folders or inside one.
func under(dir string, folders ...string) bool {
	for _, f := range folders {
		if dir == f || strings.HasPrefix(dir, f+"/") {
			return true
		}
	}
	return false
}

func sorted(set map[string]bool) []string {
	list := make([]string, 0, len(set))
	for s := range set {
		list = append(list, s)
	}
	sort.Strings(list)
	return list
}
