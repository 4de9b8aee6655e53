package web

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/lang"
)

// Handler answers a request, or says why it could not.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Person is what the kit needs to know about somebody signed in, beside what
// they may do.
type Person struct {
	Lang string // their interface language, "" when they never chose
	Zone string // their time zone by its IANA name, "" for UTC
}

// Observer is told how each request ended, for the counters of the node.
type Observer interface {
	Observe(route string, status int, d time.Duration)
}

// Config is what a kit is built from.
type Config struct {
	// Catalogues hold the messages of every interface language.
	Catalogues *lang.Catalogues
	// Templates holds layout.html, partials/*.html and pages/**/*.html.
	Templates fs.FS
	// Static holds the files served under /static/.
	Static fs.FS
	// DB keeps the sessions.
	DB *db.DB
	// Actor finds who an account is. A fault other than busy or internal ends
	// the session: the account is no longer there, or may no longer sign in.
	Actor func(ctx context.Context, account string) (access.Actor, Person, error)
	// Globals gives templates what every page shows beside its own data. It
	// may be nil.
	Globals func(r *http.Request) any
	// Funcs gives templates further functions in one language. It may be nil.
	Funcs func(p *lang.Printer) template.FuncMap
	// BaseURL is where the world reaches the node, without a slash at the end.
	BaseURL string
	// SignIn is the path of the sign-in page, to which a visitor is sent from
	// a page that asks for an account. When it is empty they get an error page.
	SignIn string
	// Proxies are the networks of the proxies in front of the node, whose word
	// about the client's address is taken.
	Proxies []netip.Prefix
	// Secure says that browsers reach the node by HTTPS only.
	Secure bool
	// Log gets one line per request. Without it slog's default logger does.
	Log *slog.Logger
	// Observer counts requests. It may be nil.
	Observer Observer
	// Dev reads templates and static files anew for each request.
	Dev bool
}

// Kit serves pages. It is safe for concurrent use.
type Kit struct {
	cfg      Config
	log      *slog.Logger
	sets     map[lang.Tag]*template.Template
	assets   *assets
	sessions *scs.SessionManager
	store    *store
	origins  *http.CrossOriginProtection
	cookies  cookieNames
	security [][2]string
	markdown *markdown
}

// New builds a kit. It fails on a template that cannot be executed safely and
// on an interface language without messages.
func New(cfg Config) (*Kit, error) {
	k := &Kit{cfg: cfg, log: cfg.Log, cookies: namesFor(cfg.Secure), markdown: newMarkdown()}
	if cfg.Catalogues == nil || cfg.Templates == nil || cfg.DB == nil || cfg.Actor == nil {
		return nil, errors.New("web.New: catalogues, templates, database and actor are needed")
	}
	if k.log == nil {
		k.log = slog.Default()
	}
	k.cfg.BaseURL = strings.TrimRight(cfg.BaseURL, "/")
	k.origins = http.NewCrossOriginProtection()
	if k.cfg.BaseURL != "" {
		u, err := url.Parse(k.cfg.BaseURL)
		if err != nil {
			return nil, fmt.Errorf("web.New: base URL: %w", err)
		}
		if err := k.origins.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			return nil, fmt.Errorf("web.New: base URL: %w", err)
		}
	}
	k.security = securityHeaders(cfg.Secure)
	k.store = &store{db: cfg.DB}
	k.sessions = newSessions(k.store, k.cookies, cfg.Secure)
	var err error
	if k.assets, err = readAssets(cfg.Static); err != nil {
		return nil, fmt.Errorf("web.New: static files: %w", err)
	}
	k.sets = map[lang.Tag]*template.Template{}
	for _, t := range lang.Interface {
		if k.sets[t], err = k.parse(cfg.Catalogues.Printer(t)); err != nil {
			return nil, fmt.Errorf("web.New: %w", err)
		}
	}
	return k, nil
}

// Sweep deletes the sessions that have run out. The node does so every hour.
func (k *Kit) Sweep(ctx context.Context) (int64, error) { return k.store.sweep(ctx) }

// BaseURL is where the world reaches the node, without a slash at the end.
func (k *Kit) BaseURL() string { return k.cfg.BaseURL }
