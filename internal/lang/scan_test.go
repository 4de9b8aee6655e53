package lang_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"
)

// A use is one call for a message, found in the source.
type use struct {
	where string
	key   string
	args  []string // names of the arguments, where they are written out
	exact bool     // all names are written out
}

// A source is what a scan of the tree finds.
type source struct {
	uses     []use
	literals map[string]bool // every string in code and templates
	prefixes map[string]bool // beginnings of keys that are put together in a call
}

var (
	keyForm    = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)+$`)
	prefixForm = regexp.MustCompile(`^([a-z0-9][a-z0-9_-]*\.)+$`)
	// asks are the functions and methods that turn a key into text, with the
	// number of arguments before the first name and value pair.
	asks = map[string]int{"T": 1, "t": 1, "N": 2, "tn": 2, "n": 2}
)

// scan reads every Go file but tests, and every template, under root.
func scan(t *testing.T, root string) *source {
	t.Helper()
	s := &source{literals: map[string]bool{}, prefixes: map[string]bool{}}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "docs") {
				return filepath.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		data, readErr := []byte(nil), error(nil)
		switch {
		case strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go"):
			if data, readErr = os.ReadFile(path); readErr == nil {
				return s.goFile(rel, data)
			}
		case strings.HasSuffix(name, ".html"):
			if data, readErr = os.ReadFile(path); readErr == nil {
				return s.template(rel, string(data))
			}
		}
		return readErr
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *source) goFile(name string, data []byte) error {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, data, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if text, ok := literal(n); ok {
				s.literals[text] = true
			}
		case *ast.CallExpr:
			s.goCall(fset.Position(n.Pos()).String(), n)
		}
		return true
	})
	return nil
}

// goCall notes p.T("key", …), p.N("key", n, …) and fault.New(code, "key", …).
func (s *source) goCall(where string, call *ast.CallExpr) {
	key, rest := 0, 0
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		rest = asks[fun.Name]
	case *ast.SelectorExpr:
		rest = asks[fun.Sel.Name]
		if pkg, ok := fun.X.(*ast.Ident); ok && pkg.Name == "fault" && fun.Sel.Name == "New" {
			key, rest = 1, 2
		}
	}
	if rest == 0 || len(call.Args) <= key {
		return
	}
	if sum, ok := call.Args[key].(*ast.BinaryExpr); ok {
		for ok { // the leftmost of "a." + b + c
			var left *ast.BinaryExpr
			if left, ok = sum.X.(*ast.BinaryExpr); ok {
				sum = left
			}
		}
		if text, ok := literal(sum.X); ok && prefixForm.MatchString(text) {
			s.prefixes[text] = true
		}
		return
	}
	text, ok := literal(call.Args[key])
	if !ok || !keyForm.MatchString(text) {
		return
	}
	u := use{where: where, key: text, exact: !call.Ellipsis.IsValid()}
	if rest == 2 && key == 0 {
		u.args = append(u.args, "n")
	}
	for i := rest; i < len(call.Args); i += 2 {
		arg, ok := literal(call.Args[i])
		u.exact = u.exact && ok
		u.args = append(u.args, arg)
	}
	s.uses = append(s.uses, u)
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

func (s *source) template(name, text string) error {
	tree := parse.New(name)
	tree.Mode = parse.SkipFuncCheck
	trees := map[string]*parse.Tree{}
	if _, err := tree.Parse(text, "", "", trees); err != nil {
		return err
	}
	for _, tr := range trees {
		if tr.Root != nil {
			s.node(tr, tr.Root)
		}
	}
	return nil
}

// node walks a template.
func (s *source) node(tr *parse.Tree, n parse.Node) {
	branch := func(b *parse.BranchNode) {
		s.pipe(tr, b.Pipe)
		s.node(tr, b.List)
		if b.ElseList != nil {
			s.node(tr, b.ElseList)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, child := range n.Nodes {
			s.node(tr, child)
		}
	case *parse.ActionNode:
		s.pipe(tr, n.Pipe)
	case *parse.TemplateNode:
		s.pipe(tr, n.Pipe)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	}
}

func (s *source) pipe(tr *parse.Tree, p *parse.PipeNode) {
	if p == nil {
		return
	}
	for _, cmd := range p.Cmds {
		s.command(tr, cmd)
		for _, arg := range cmd.Args {
			switch arg := arg.(type) {
			case *parse.PipeNode:
				s.pipe(tr, arg)
			case *parse.StringNode:
				s.literals[arg.Text] = true
			}
		}
	}
}

// command notes {{t "key" "name" .Value}} and {{.P.T "key"}}, and the prefix
// in {{t (print "state." .State)}}.
func (s *source) command(tr *parse.Tree, cmd *parse.CommandNode) {
	if len(cmd.Args) < 2 {
		return
	}
	var fun string
	switch f := cmd.Args[0].(type) {
	case *parse.IdentifierNode:
		fun = f.Ident
	case *parse.FieldNode:
		fun = f.Ident[len(f.Ident)-1]
	case *parse.VariableNode:
		fun = f.Ident[len(f.Ident)-1]
	}
	rest := asks[fun]
	if rest == 0 {
		return
	}
	where, _ := tr.ErrorContext(cmd)
	switch first := cmd.Args[1].(type) {
	case *parse.PipeNode:
		for _, c := range first.Cmds {
			for _, a := range c.Args[1:] {
				if text, ok := a.(*parse.StringNode); ok && prefixForm.MatchString(text.Text) {
					s.prefixes[text.Text] = true
				}
			}
		}
	case *parse.StringNode:
		if !keyForm.MatchString(first.Text) {
			return
		}
		u := use{where: where, key: first.Text, exact: true}
		if rest == 2 {
			u.args = append(u.args, "n")
		}
		for i := rest + 1; i < len(cmd.Args); i += 2 {
			text, ok := cmd.Args[i].(*parse.StringNode)
			u.exact = u.exact && ok
			if ok {
				u.args = append(u.args, text.Text)
			}
		}
		s.uses = append(s.uses, u)
	}
}
