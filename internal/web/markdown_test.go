package web_test

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

func TestMarkdown(t *testing.T) {
	n := open(t)
	tests := []struct{ name, text, want string }{
		{"a heading stands below that of the page", "# A\n\n###### B", "<h2>A</h2>\n<h6>B</h6>\n"},
		{"a link earns no rank", "[x](https://a.example \"t\")", `<p><a href="https://a.example" rel="nofollow noopener" dir="auto">x</a></p>` + "\n"},
		{"a bare address is a link", "https://a.example/b", `<p><a href="https://a.example/b" rel="nofollow noopener" dir="auto">https://a.example/b</a></p>` + "\n"},
		{"an image of this node", "![alt](/files/ab12)", `<p><img src="/files/ab12" alt="alt" loading="lazy"></p>` + "\n"},
		{"an image of another host is its text", "![alt *x*](https://a.example/i.png)", "<p>alt <em>x</em></p>\n"},
		{"an image that climbs out of the folder is its text", "![alt](/files/../board)", "<p>alt</p>\n"},
		{"a table", "|a|b|\n|:-:|-|\n|1|~~2~~|", "<table>\n<thead>\n<tr>\n<th align=\"center\">a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td align=\"center\">1</td>\n<td><del>2</del></td>\n</tr>\n</tbody>\n</table>\n"},
		{"raw HTML is dropped", "a <b onclick=x>c</b>", "<p>a c</p>\n"},
		{"a script is dropped", "<script>alert(1)</script>", "\n"},
		{"a script in a link is dropped", "[x](javascript:alert(1))", `<p><a rel="nofollow noopener" dir="auto">x</a></p>` + "\n"},
		{"data in a link are dropped", "[x](data:text/html,1)", `<p><a rel="nofollow noopener" dir="auto">x</a></p>` + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for range 2 { // the second time from what is kept
				if got := string(n.Markdown(tt.text)); strings.TrimSpace(got) != strings.TrimSpace(tt.want) {
					t.Errorf("got  %s\nwant %s", got, tt.want)
				}
			}
		})
	}
	if got := string(n.Markdown("<b>" + strings.Repeat("*a*", 100_000))); !strings.HasPrefix(got, "<p>&lt;b&gt;*a*") {
		t.Errorf("too long a text: %.40s", got)
	}
}

// What would keep the parser busy for minutes is not parsed; what only looks
// like it is.
func TestMarkdownThatNestsWithoutEndIsShownAsItIs(t *testing.T) {
	n := open(t)
	for _, unit := range []string{">", "> - ", "1. ", "+ ", "- ", "*", "[a]("} {
		text := strings.Repeat(unit, 190_000/len(unit))
		if got := string(n.Markdown(text)); got != "<p>"+html.EscapeString(text)+"</p>\n" && got != "<p>"+html.EscapeString(text)+"</p>" {
			t.Errorf("%q was parsed: %.60s", unit, got)
		}
	}
	for text, want := range map[string]string{strings.Repeat("-", 80): "<hr>", "> > a": "<blockquote>", "1. - a": "<ol>"} {
		if got := string(n.Markdown(text)); !strings.Contains(got, want) {
			t.Errorf("%q: %s", text, got)
		}
	}
}

// elements are those the sanitiser may let through, with their attributes.
var elements = map[string]string{
	"p": "", "br": "", "hr": "", "h2": "", "h3": "", "h4": "", "h5": "", "h6": "", "ul": "", "ol": "start", "li": "", "blockquote": "",
	"pre": "", "code": "", "em": "", "strong": "", "del": "", "table": "", "thead": "", "tbody": "", "tr": "",
	"th": "align", "td": "align", "a": "href rel dir", "img": "src alt loading",
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{
		"# a\n\n[x](javascript:alert(1)) <img src=x onerror=y>", "![a](/files/x) ![b](data:image/png;base64,x)", "<script>x</script>",
		"[a]: JaVaScRiPt:x\n\n[a]", "<https://a.example/\"onclick=x>", "|a|b|\n|-|-|\n|<style>|`x`|", "[![a](x)](//b)", "\\<b\\> &lt;script&gt; &#x6A;avascript:",
		"http://a.example/'onmouseover='x", "[x](<javascript&colon;x>)", "a\x00b\xff", "```js onclick\nx\n```", "1. a\n   > b\n\n99999999999. c",
	} {
		f.Add(s)
	}
	n := open(f)
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 10_000 {
			t.Skip("longer inputs only cost time")
		}
		out := string(n.Markdown(s))
		z := html.NewTokenizer(strings.NewReader(out))
		for {
			switch z.Next() {
			case html.ErrorToken:
				return
			case html.CommentToken, html.DoctypeToken:
				t.Fatalf("%q gives %q", s, out)
			case html.StartTagToken, html.SelfClosingTagToken:
				tok := z.Token()
				allowed, ok := elements[tok.Data]
				if !ok {
					t.Fatalf("%q gives <%s> in %q", s, tok.Data, out)
				}
				for _, a := range tok.Attr {
					if !strings.Contains(" "+allowed+" ", " "+a.Key+" ") {
						t.Fatalf("%q gives %s= in %q", s, a.Key, out)
					}
					u, err := url.Parse(a.Val)
					switch {
					case a.Key == "href" && (err != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto"):
						t.Fatalf("%q links to %q", s, a.Val)
					case a.Key == "src" && (!strings.HasPrefix(a.Val, "/files/") || strings.Contains(a.Val, "..")):
						t.Fatalf("%q shows %q", s, a.Val)
					}
				}
			}
		}
	})
}
