package site

import (
	"cmp"
	"context"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"karvan/announcements"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/matching"
	"karvan/matching/engine"
	"karvan/record"
)

// BoardLinks is the page "board/links": the links of the board that lead
// nowhere, and those nobody looked at yet.
type BoardLinks struct {
	Rows    []LinkRow
	Links   int // addresses in public items
	Broken  int
	Unknown int // of other sites, never looked at
	Most    int // how many a run looks at
}

// LinkRow is an address that somebody should look at.
type LinkRow struct {
	URL     string
	Problem string // message key board.link.<problem>
	Status  int
	Checked time.Time
	Items   []Named
}

// boardLink is an address and the items in which it stands.
type boardLink struct {
	url   string
	local string // its path without the language, "" for another site
	items []*record.Record
}

func (s *Site) boardLinks(w http.ResponseWriter, r *http.Request) error {
	page := BoardLinks{Most: linksARun}
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		links, err := s.linksOnBoard(ctx, tx)
		if err != nil {
			return err
		}
		known, err := linkChecks(ctx, tx)
		if err != nil {
			return err
		}
		page.Links = len(links)
		routes := s.routeTable()
		for _, l := range links {
			row := LinkRow{URL: l.url}
			if l.local != "" {
				if row.Problem, err = s.localProblem(ctx, tx, routes, l.local); err != nil {
					return err
				}
			} else if c, ok := known[l.url]; ok {
				row.Problem, row.Status, row.Checked = c.Problem, c.Status, c.Checked
			} else {
				page.Unknown++
			}
			if row.Problem == "" {
				continue
			}
			page.Broken++
			for _, item := range l.items {
				row.Items = append(row.Items, s.named(item, web.Lang(r), tx.Now))
			}
			page.Rows = append(page.Rows, row)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.Web.Page(w, r, http.StatusOK, "board/links", page)
}

// boardCheckLinks looks at the addresses of other sites: those never looked at
// first, then those looked at longest ago.
func (s *Site) boardCheckLinks(w http.ResponseWriter, r *http.Request) error {
	return s.checkLinks(w, r, newProber(publicAddress))
}

func (s *Site) checkLinks(w http.ResponseWriter, r *http.Request, p *prober) error {
	var urls []string
	err := s.read(r, func(ctx context.Context, tx *db.Tx) error {
		links, err := s.linksOnBoard(ctx, tx)
		if err != nil {
			return err
		}
		known, err := linkChecks(ctx, tx)
		if err != nil {
			return err
		}
		for _, l := range links {
			if l.local == "" {
				urls = append(urls, l.url)
			}
		}
		slices.SortStableFunc(urls, func(a, b string) int { return known[a].Checked.Compare(known[b].Checked) })
		return nil
	})
	if err != nil {
		return err
	}
	found := p.probeAll(r.Context(), urls[:min(len(urls), linksARun)])
	ctx := r.Context()
	if err := s.DB.Write(ctx, web.Actor(r), func(tx *db.Tx) error { return putLinkChecks(ctx, tx, found) }); err != nil {
		return err
	}
	s.Web.Flash(w, r, "board.links-checked", "n", len(found))
	return web.SeeOther(w, r, "/board/links")
}

// linksOnBoard gathers the addresses in public items: in their texts, of their
// sources and originals.
func (s *Site) linksOnBoard(ctx context.Context, tx *db.Tx) ([]*boardLink, error) {
	byURL := map[string]*boardLink{}
	q := matching.Query{Kinds: []string{"announcement"}, Limit: 500, Fixed: inLists}
	for {
		found, records, err := s.Index.Records(ctx, tx, q)
		if err != nil {
			return nil, err
		}
		for _, rec := range records {
			for _, address := range s.linksOf(rec) {
				s.noteLink(byURL, address, rec)
			}
		}
		if found.Next == "" {
			break
		}
		next, err := engine.ParseCursor(found.Next)
		if err != nil {
			return nil, err
		}
		q.Cursor = &next
	}
	links := make([]*boardLink, 0, len(byURL))
	for _, l := range byURL {
		links = append(links, l)
	}
	slices.SortFunc(links, func(a, b *boardLink) int { return cmp.Compare(a.url, b.url) })
	return links, nil
}

func (s *Site) noteLink(byURL map[string]*boardLink, address string, rec *record.Record) {
	address, _, _ = strings.Cut(address, "#")
	u, err := url.Parse(address)
	if address == "" || err == nil && (u.Scheme == "mailto" || u.Scheme == "" && !strings.HasPrefix(address, "/")) {
		return
	}
	l := byURL[address]
	if l == nil {
		l = &boardLink{url: address}
		if err == nil {
			l.local = s.localPath(u)
		}
		byURL[address] = l
	}
	if !slices.Contains(l.items, rec) {
		l.items = append(l.items, rec)
	}
}

// localPath is the path of an address on this node without its language, "" for
// another site.
func (s *Site) localPath(u *url.URL) string {
	if u.Host != "" {
		own, err := url.Parse(s.Node.BaseURL)
		if err != nil || !strings.EqualFold(u.Host, own.Host) {
			return ""
		}
	}
	path := u.Path
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if lang.IsInterface(lang.Tag(first)) {
		path = "/" + rest
	}
	if path == "" {
		path = "/"
	}
	return path
}

// href finds the addresses in HTML that our own Markdown made.
var href = regexp.MustCompile(`(?:href|src)="([^"]*)"`)

// linksOf lists the addresses in a public item.
func (s *Site) linksOf(rec *record.Record) []string {
	var all []string
	for _, t := range rec.Languages() {
		for _, m := range href.FindAllStringSubmatch(string(s.Web.Markdown(rec.Text(t, "body"))), -1) {
			all = append(all, html.UnescapeString(m[1]))
		}
	}
	if item, ok := rec.Body.(*announcements.Item); ok {
		all = append(all, item.SourceURL)
	}
	return append(all, rec.OriginURL)
}

// routeTable answers which addresses of this node have a page.
func (s *Site) routeTable() *http.ServeMux {
	mux := http.NewServeMux()
	for _, route := range s.Routes() {
		if route.Method == http.MethodGet {
			mux.Handle(route.Pattern, http.NotFoundHandler())
		}
	}
	return mux
}

// localProblem says what is wrong with a path of this node: no such page, no
// such record, or none that visitors may see.
func (s *Site) localProblem(ctx context.Context, tx *db.Tx, routes *http.ServeMux, path string) (string, error) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch parts[0] {
	case "static", "api":
		return "", nil
	case "files":
		if len(parts) != 3 {
			return "missing", nil
		}
		_, err := s.listedPublicly(ctx, tx, parts[1], parts[2])
		return missing(err)
	}
	if _, pattern := routes.Handler(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}, Host: "local"}); pattern == "" {
		return "missing", nil
	}
	if len(parts) < 2 || len(parts[1]) < 26 || !id.ValidULID(strings.ToUpper(parts[1][:26])) {
		return "", nil
	}
	for kind, folder := range folders {
		if folder != parts[0] {
			continue
		}
		found, err := s.Book.Find(ctx, tx, kind, strings.ToUpper(parts[1][:26]))
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return "", err
		}
		_, err = s.Book.Public(ctx, tx, found)
		return missing(err)
	}
	return "missing", nil
}

// missing turns an error about a thing that is not there into a problem.
func missing(err error) (string, error) {
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Gone) {
		return "missing", nil
	}
	return "", err
}
