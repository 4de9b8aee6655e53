package web

import (
	"bytes"
	"crypto/sha256"
	"html"
	"html/template"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	gtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown turns what people write into HTML that can do no harm. The parser
// drops raw HTML; the sanitiser then lets through only what it knows, so a
// mistake in the one is caught by the other.
type markdown struct {
	parser goldmark.Markdown
	policy *bluemonday.Policy
	done   *lru[[sha256.Size]byte, template.HTML]
}

const (
	maxMarkdown  = 200_000 // bytes; longer text is shown as it is
	markdownRoom = 8 << 20

	// The parser's time grows with the square of these, and nobody who means
	// well comes near them.
	maxNesting  = 20   // quotations and lists that begin on one line
	maxRule     = 200  // bytes of a line of dashes or asterisks, which is no nesting
	maxBrackets = 3000 // beginnings of links
)

// tame reports whether a text can be parsed in reasonable time.
func tame(s string) bool {
	if len(s) > maxMarkdown || strings.Count(s, "[") > maxBrackets {
		return false
	}
	for l := range strings.Lines(s) {
		depth := 0
		for _, c := range []byte(l) {
			if strings.IndexByte(">-*+.)", c) >= 0 {
				depth++
			} else if strings.IndexByte(" \t0123456789", c) < 0 {
				break
			}
			if depth > maxNesting && (len(l) > maxRule || strings.Trim(l, "-*_ \t\r\n") != "") {
				return false
			}
		}
	}
	return true
}

// ownFile is an image of this node.
var ownFile = regexp.MustCompile(`^/files/[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$`)

const relLink = "nofollow noopener"

func newMarkdown() *markdown {
	m := &markdown{done: newLRU[[sha256.Size]byte, template.HTML](markdownRoom)}
	m.parser = goldmark.New(
		goldmark.WithExtensions(
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
			extension.Strikethrough,
			extension.Linkify,
		),
		goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(house{}, 900))),
	)
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "li", "blockquote", "pre", "code", "em", "strong", "del",
		"table", "thead", "tbody", "tr")
	p.AllowElements("ol", "th", "td")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^\d{1,9}$`)).OnElements("ol")
	p.AllowAttrs("align").Matching(regexp.MustCompile(`^(left|center|right)$`)).OnElements("th", "td")
	p.AllowStandardURLs()
	p.RequireNoFollowOnLinks(false)
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").Matching(regexp.MustCompile(`^` + relLink + `$`)).OnElements("a")
	p.AllowAttrs("dir").Matching(regexp.MustCompile(`^auto$`)).OnElements("a")
	p.AllowAttrs("src").Matching(ownFile).OnElements("img")
	p.AllowAttrs("alt").Matching(regexp.MustCompile(`^[^<>]*$`)).OnElements("img")
	p.AllowAttrs("loading").Matching(regexp.MustCompile(`^lazy$`)).OnElements("img")
	m.policy = p
	return m
}

// house applies our rules to what was read: the page keeps the one h1, links
// earn nobody a rank, their text finds its own direction, images come from
// this node.
type house struct{}

// Transform applies the rules to a document.
func (house) Transform(doc *ast.Document, reader gtext.Reader, _ parser.Context) {
	var strange []ast.Node
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			n.Level = min(n.Level+1, 6)
		case *ast.Link:
			n.Title = nil
			mark(n)
		case *ast.AutoLink:
			mark(n)
		case *ast.Image:
			n.Title = nil
			if !ownFile.Match(n.Destination) {
				strange = append(strange, n)
			}
			n.SetAttributeString("loading", []byte("lazy"))
		}
		return ast.WalkContinue, nil
	})
	for _, n := range strange {
		for c := n.FirstChild(); c != nil; c = n.FirstChild() {
			n.Parent().InsertBefore(n.Parent(), n, c)
		}
		n.Parent().RemoveChild(n.Parent(), n)
	}
}

func mark(n ast.Node) {
	n.SetAttributeString("rel", []byte(relLink))
	n.SetAttributeString("dir", []byte("auto"))
}

// html renders a text.
func (m *markdown) html(s string) template.HTML {
	if !tame(s) {
		return asItIs(s)
	}
	key := sha256.Sum256([]byte(s))
	if out, ok := m.done.get(key); ok {
		return out
	}
	var buf bytes.Buffer
	if err := m.parser.Convert([]byte(s), &buf); err != nil {
		return asItIs(s)
	}
	out := template.HTML(m.policy.SanitizeBytes(buf.Bytes()))
	m.done.put(key, out, len(out)+200)
	return out
}

func asItIs(s string) template.HTML {
	return template.HTML("<p>" + strings.ReplaceAll(html.EscapeString(s), "\n", "<br>\n") + "</p>")
}

// Markdown renders a text that people wrote: tables, lists, links and images
// of this node, but no HTML.
func (k *Kit) Markdown(s string) template.HTML { return k.markdown.html(s) }

// markdownIn is the template function: with a language, the text stands in an
// element that carries it.
func (k *Kit) markdownIn(v any, tag ...any) template.HTML {
	out := k.markdown.html(text(v))
	if len(tag) == 0 {
		return out
	}
	return template.HTML("<div"+langAttrs(tagOf(tag[0]))+">") + out + "</div>"
}

// excerptParser reads what an excerpt is taken from.
var excerptParser = goldmark.DefaultParser()

// excerpt is the beginning of a text without its Markdown, of at most n
// characters, cut between words where there are any.
func excerpt(s string, n int) string {
	const perRune = 8 // bytes read for each character wanted, marks and links included
	cut := false
	if most := n*perRune + 500; len(s) > most {
		for most > 0 && !utf8.RuneStart(s[most]) {
			most--
		}
		s, cut = s[:most], true
	}
	if !tame(s) {
		return shorten(strings.Join(strings.Fields(s), " "), n, cut)
	}
	src := []byte(s)
	var b strings.Builder
	ast.Walk(excerptParser.Parse(gtext.NewReader(src)), func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		switch node := node.(type) {
		case *ast.Text:
			if entering {
				b.Write(util.UnescapePunctuations(node.Value(src)))
				if node.SoftLineBreak() || node.HardLineBreak() {
					b.WriteByte(' ')
				}
			}
		case *ast.AutoLink:
			if entering {
				b.Write(node.Label(src))
			}
		default:
			if !entering && node.Type() == ast.TypeBlock {
				b.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return shorten(strings.Join(strings.Fields(b.String()), " "), n, cut)
}

// shorten cuts a text to n characters and says so with an ellipsis.
func shorten(s string, n int, cut bool) string {
	r := []rune(s)
	if len(r) <= n {
		if cut {
			return strings.TrimRight(s, " ") + "…"
		}
		return s
	}
	end := n
	for i := n; i > n*3/4 && i > 0; i-- {
		if unicode.IsSpace(r[i]) {
			end = i
			break
		}
	}
	for end > 0 && (unicode.IsMark(r[end]) || r[end] == '\u200d' || r[end-1] == '\u200d') {
		end-- // a letter keeps its marks
	}
	return strings.TrimRight(string(r[:end]), " ,;:،؛，；：") + "…"
}
