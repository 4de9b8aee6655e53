package web

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"text/template/parse"

	"karvan/internal/lang"
)

// One set of templates serves a language, and all pages share its partials.
// Pages may nevertheless define parts of the same name, "main" and "title",
// since a page's own parts are renamed "<page>#main" as they are read, and
// each page has a copy of the layout that calls them by these names. A set of
// its own for each page would hold the partials hundreds of times.

// builtins are the functions text/template has of itself; the parser wants to
// know their names.
var builtins = map[string]any{
	"and": true, "call": true, "html": true, "index": true, "slice": true, "js": true, "len": true, "not": true,
	"or": true, "print": true, "printf": true, "println": true, "urlquery": true,
	"eq": true, "ge": true, "gt": true, "le": true, "lt": true, "ne": true,
}

// parse reads all templates for one language.
func (k *Kit) parse(p *lang.Printer) (*template.Template, error) {
	funcs := k.funcs(p)
	set := template.New("").Funcs(funcs)
	known := []map[string]any{funcs, builtins}
	partials, err := fs.Glob(k.cfg.Templates, "partials/*.html")
	if err != nil {
		return nil, err
	}
	for _, file := range partials {
		trees, err := parseFile(k.cfg.Templates, file, strings.TrimSuffix(path.Base(file), ".html"), known)
		if err != nil {
			return nil, err
		}
		if err := addTrees(set, file, trees); err != nil {
			return nil, err
		}
	}
	layout, err := parseFile(k.cfg.Templates, "layout.html", "layout", known)
	if err != nil {
		return nil, err
	}
	root := layout["layout"]
	delete(layout, "layout")
	if err := addTrees(set, "layout.html", layout); err != nil {
		return nil, err
	}
	pages, err := pageFiles(k.cfg.Templates)
	if err != nil {
		return nil, err
	}
	for _, file := range pages {
		name := pageName(file)
		trees, err := parseFile(k.cfg.Templates, file, name, known)
		if err != nil {
			return nil, err
		}
		if err := addPage(set, file, name, root, trees); err != nil {
			return nil, err
		}
	}
	return set, check(set, pages)
}

func pageFiles(fsys fs.FS) (files []string, err error) {
	err = fs.WalkDir(fsys, "pages", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(name, ".html") {
			files = append(files, name)
		}
		return err
	})
	return files, err
}

func parseFile(fsys fs.FS, file, name string, funcs []map[string]any) (map[string]*parse.Tree, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, err
	}
	trees, err := parse.Parse(name, string(data), "", "", funcs...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return trees, nil
}

func addTrees(set *template.Template, file string, trees map[string]*parse.Tree) error {
	for name, tree := range trees {
		if tree.Root == nil || parse.IsEmptyTree(tree.Root) && strings.HasSuffix(file, "/"+name+".html") {
			continue // a file of nothing but definitions
		}
		if set.Lookup(name) != nil {
			return fmt.Errorf("%s: template %q is defined twice", file, name)
		}
		if _, err := set.AddParseTree(name, tree); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

// addPage adds the layout as it is for one page, and the page's own parts. A
// page that defines no main is all main.
func addPage(set *template.Template, file, name string, layout *parse.Tree, trees map[string]*parse.Tree) error {
	if _, ok := trees["main"]; !ok {
		trees["main"] = trees[name]
	} else if body := trees[name]; body != nil && !parse.IsEmptyTree(body.Root) {
		return fmt.Errorf("%s: text beside {{define \"main\"}}", file)
	}
	delete(trees, name)
	own := map[string]string{}
	for part := range trees {
		own[part] = name + "#" + part
	}
	whole := layout.Copy()
	whole.Name = name
	rename(whole.Root, own)
	if _, err := set.AddParseTree(name, whole); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for _, part := range slices.Sorted(maps.Keys(trees)) {
		tree := trees[part]
		if tree == nil || tree.Root == nil {
			return fmt.Errorf("%s: nothing to show", file)
		}
		rename(tree.Root, own)
		tree.Name = own[part]
		if _, err := set.AddParseTree(own[part], tree); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

// rename makes the calls below n name the parts by their new names.
func rename(n parse.Node, names map[string]string) {
	branch := func(b *parse.BranchNode) {
		rename(b.List, names)
		if b.ElseList != nil {
			rename(b.ElseList, names)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, child := range n.Nodes {
			rename(child, names)
		}
	case *parse.TemplateNode:
		if to, ok := names[n.Name]; ok {
			n.Name = to
		}
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	}
}

// check has html/template work out the escaping of every page now rather than
// in front of the first reader. Executing with nothing fails at the first
// field, which is no matter: the escaping comes before.
func check(set *template.Template, pages []string) error {
	for _, file := range pages {
		var bad *template.Error
		if err := set.ExecuteTemplate(io.Discard, pageName(file), (*View)(nil)); errors.As(err, &bad) {
			return fmt.Errorf("%s: %w", file, bad)
		}
	}
	return nil
}

func pageName(file string) string {
	return strings.TrimSuffix(strings.TrimPrefix(file, "pages/"), ".html")
}
