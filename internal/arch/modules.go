package arch

// modules lists the modules that we import, with what each is for. An entry that
// nothing imports any more is taken out; docs/adr/0006-dependencies.md says how
// one comes in.
var modules = map[string]string{
	"modernc.org/sqlite":                  "SQLite without a C compiler, so that one static binary is a node",
	"github.com/jackc/pgx/v5":             "PostgreSQL through database/sql",
	"github.com/pressly/goose/v3":         "migrations for both engines, embedded",
	"github.com/oklog/ulid/v2":            "the part of an identifier that sorts by time",
	"github.com/gowebpki/jcs":             "canonical JSON (RFC 8785), the bytes that are hashed",
	"golang.org/x/text":                   "language tags, plural rules, collation, normalisation",
	"golang.org/x/net":                    "the HTML parser with which tests read pages",
	"github.com/blevesearch/snowballstem": "stemmers of the languages that have one",
	"github.com/clipperhouse/uax29/v2":    "word boundaries by Unicode's rules",
	"github.com/alexedwards/scs/v2":       "sessions that live in our own tables",
	"github.com/alexedwards/argon2id":     "password hashes with their parameters inside",
	"github.com/yuin/goldmark":            "Markdown to HTML",
	"github.com/microcosm-cc/bluemonday":  "removes from that HTML what we do not allow",
	"github.com/xuri/excelize/v2":         "spreadsheets in and out, which is what offices have",
	"github.com/skip2/go-qrcode":          "the QR code on a printed page",
	"github.com/danielgtaylor/huma/v2":    "an OpenAPI 3.1 description that cannot differ from the handlers",
	"github.com/prometheus/client_golang": "figures for whoever runs the node",
	"github.com/spf13/cobra":              "the command line with its help",
	"github.com/spf13/pflag":              "the flags of that command line, one for each setting",
	"github.com/schollz/progressbar/v3":   "the bar of long work on the command line",
	"golang.org/x/term":                   "asks for a password without showing it",
	"golang.org/x/sync":                   "runs the workers of an import and stops them together",
	"github.com/google/go-cmp":            "readable differences in tests",
	"github.com/chromedp/chromedp":        "a real browser in tests",
	"github.com/chromedp/cdproto":         "the browser's protocol, for what chromedp has no step for",
}
