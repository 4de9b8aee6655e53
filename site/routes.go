package site

import (
	"net/http"
	"strings"

	"karvan/announcements"
	"karvan/catalogue"
	"karvan/commitments"
	"karvan/internal/access"
	"karvan/internal/fault"
	"karvan/internal/web"
	"karvan/meetings"
	"karvan/parties"
	"karvan/people"
)

// Route is a row of the table of routes. Policy and Verb say which rule a person
// needs to be let in at all; the verbs of the areas check again, with the object.
// A route without a policy is for everybody.
type Route struct {
	Method  string
	Pattern string // without the language prefix
	Policy  access.Policy
	Verb    string
	SignIn  bool // any account will do
	Handle  web.Handler
}

// Routes is every route of the site.
func (s *Site) Routes() []Route {
	board, event, profile := announcements.Policy, meetings.Policy, catalogue.Policy
	return []Route{
		{Method: "GET", Pattern: "/{$}", Handle: s.home},
		{Method: "GET", Pattern: "/search", Handle: s.search},

		{Method: "GET", Pattern: "/board", Handle: s.board},
		{Method: "GET", Pattern: "/board/archive", Handle: s.boardArchive},
		{Method: "GET", Pattern: "/board/new", Policy: board, Verb: "create", Handle: s.boardNew},
		{Method: "POST", Pattern: "/board/new", Policy: board, Verb: "create", Handle: s.boardCreate},
		{Method: "GET", Pattern: "/board/links", Policy: board, Verb: "edit", Handle: s.boardLinks},
		{Method: "POST", Pattern: "/board/links", Policy: board, Verb: "edit", Handle: s.boardCheckLinks},
		{Method: "GET", Pattern: "/board/{ref}", Handle: s.boardItem},
		{Method: "GET", Pattern: "/board/{ref}/edit", Policy: board, Verb: "edit", Handle: s.boardEdit},
		{Method: "POST", Pattern: "/board/{ref}/edit", Policy: board, Verb: "edit", Handle: s.boardSave},
		{Method: "POST", Pattern: "/board/{ref}/do", Policy: board, Verb: "edit", Handle: s.do("announcement")},
		{Method: "POST", Pattern: "/board/{ref}/files", Policy: board, Verb: "edit", Handle: s.upload("announcement")},
		{Method: "GET", Pattern: "/board/{ref}/history", Handle: s.history("announcement")},
		{Method: "GET", Pattern: "/board/{ref}/history/{rev}", Handle: s.revision("announcement")},

		{Method: "GET", Pattern: "/events", Handle: s.events},
		{Method: "GET", Pattern: "/events/new", Policy: event, Verb: "create", Handle: s.eventNew},
		{Method: "POST", Pattern: "/events/new", Policy: event, Verb: "create", Handle: s.eventCreate},
		{Method: "GET", Pattern: "/events/{ref}", Handle: s.event},
		{Method: "GET", Pattern: "/events/{ref}/edit", Policy: event, Verb: "edit", Handle: s.eventEdit},
		{Method: "POST", Pattern: "/events/{ref}/edit", Policy: event, Verb: "edit", Handle: s.eventSave},
		{Method: "GET", Pattern: "/events/{ref}/points", Policy: event, Verb: "edit", Handle: s.eventPoints},
		{Method: "POST", Pattern: "/events/{ref}/points", Policy: event, Verb: "edit", Handle: s.eventMark},
		{Method: "POST", Pattern: "/events/{ref}/do", Policy: event, Verb: "edit", Handle: s.do("event")},
		{Method: "GET", Pattern: "/events/{ref}/history", Handle: s.history("event")},
		{Method: "GET", Pattern: "/events/{ref}/history/{rev}", Handle: s.revision("event")},

		{Method: "GET", Pattern: "/commitments", Handle: s.commitments},
		{Method: "GET", Pattern: "/commitments/new", Policy: commitments.Policy, Verb: "create", Handle: s.commitmentNew},
		{Method: "POST", Pattern: "/commitments/new", Policy: commitments.Policy, Verb: "create", Handle: s.commitmentCreate},
		{Method: "GET", Pattern: "/commitments/{ref}", Handle: s.commitment},
		{Method: "GET", Pattern: "/commitments/{ref}/edit", Policy: commitments.Policy, Verb: "edit", Handle: s.commitmentEdit},
		{Method: "POST", Pattern: "/commitments/{ref}/edit", Policy: commitments.Policy, Verb: "edit", Handle: s.commitmentSave},
		{Method: "GET", Pattern: "/commitments/{ref}/step", Policy: commitments.Policy, Verb: commitments.Verify, Handle: s.commitmentAsk},
		{Method: "POST", Pattern: "/commitments/{ref}/step", Policy: commitments.Policy, Verb: commitments.Verify, Handle: s.commitmentTake},
		{Method: "GET", Pattern: "/commitments/{ref}/report", Policy: commitments.ReportPolicy, Verb: "create", Handle: s.reportNew},
		{Method: "POST", Pattern: "/commitments/{ref}/report", Policy: commitments.ReportPolicy, Verb: "create", Handle: s.reportCreate},
		{Method: "POST", Pattern: "/commitments/{ref}/do", Policy: commitments.Policy, Verb: "edit", Handle: s.do("commitment")},
		{Method: "GET", Pattern: "/commitments/{ref}/history", Handle: s.history("commitment")},
		{Method: "GET", Pattern: "/commitments/{ref}/history/{rev}", Handle: s.revision("commitment")},
		{Method: "GET", Pattern: "/reports/{ref}", Handle: s.report},
		{Method: "GET", Pattern: "/reports/{ref}/edit", Policy: commitments.ReportPolicy, Verb: "edit", Handle: s.reportEdit},
		{Method: "POST", Pattern: "/reports/{ref}/edit", Policy: commitments.ReportPolicy, Verb: "edit", Handle: s.reportSave},
		{Method: "POST", Pattern: "/reports/{ref}/do", Policy: commitments.ReportPolicy, Verb: "edit", Handle: s.do("report")},
		{Method: "GET", Pattern: "/reports/{ref}/history", Handle: s.history("report")},
		{Method: "GET", Pattern: "/reports/{ref}/history/{rev}", Handle: s.revision("report")},

		{Method: "GET", Pattern: "/bodies", Handle: s.bodies},
		{Method: "GET", Pattern: "/bodies/{ref}", Handle: s.body},
		{Method: "GET", Pattern: "/bodies/{ref}/history", Handle: s.history("body")},
		{Method: "GET", Pattern: "/bodies/{ref}/history/{rev}", Handle: s.revision("body")},
		{Method: "GET", Pattern: "/states/{code}", Handle: s.state},
		{Method: "GET", Pattern: "/states/{code}/history", Handle: s.history("state")},
		{Method: "GET", Pattern: "/states/{code}/history/{rev}", Handle: s.revision("state")},
		{Method: "GET", Pattern: "/organisations", Handle: s.organisations},
		{Method: "GET", Pattern: "/organisations/{ref}", Handle: s.organisation},
		{Method: "GET", Pattern: "/organisations/{ref}/edit", Policy: parties.OrganisationPolicy, Verb: "edit", Handle: s.organisationEdit},
		{Method: "POST", Pattern: "/organisations/{ref}/edit", Policy: parties.OrganisationPolicy, Verb: "edit", Handle: s.organisationSave},
		{Method: "POST", Pattern: "/organisations/{ref}/do", Policy: parties.OrganisationPolicy, Verb: "edit", Handle: s.do("organisation")},
		{Method: "GET", Pattern: "/organisations/{ref}/history", Handle: s.history("organisation")},
		{Method: "GET", Pattern: "/organisations/{ref}/history/{rev}", Handle: s.revision("organisation")},
		{Method: "GET", Pattern: "/persons/{ref}", Handle: s.person},

		{Method: "GET", Pattern: "/catalogue", Handle: s.catalogue},
		{Method: "GET", Pattern: "/catalogue/new", Policy: profile, Verb: "create", Handle: s.profileNew},
		{Method: "POST", Pattern: "/catalogue/new", Policy: profile, Verb: "create", Handle: s.profileCreate},
		{Method: "GET", Pattern: "/catalogue/{ref}", Handle: s.profile},
		{Method: "GET", Pattern: "/catalogue/{ref}/matches", Handle: s.matches},
		{Method: "POST", Pattern: "/catalogue/{ref}/matches", Policy: profile, Verb: "answer", Handle: s.answer},
		{Method: "GET", Pattern: "/catalogue/{ref}/edit", Policy: profile, Verb: "edit", Handle: s.profileOverview},
		{Method: "GET", Pattern: "/catalogue/{ref}/edit/{section}", Policy: profile, Verb: "edit", Handle: s.profileEdit},
		{Method: "POST", Pattern: "/catalogue/{ref}/edit/{section}", Policy: profile, Verb: "edit", Handle: s.profileSave},
		{Method: "POST", Pattern: "/catalogue/{ref}/hints/{section}", Policy: profile, Verb: "edit", Handle: s.profileHints},
		{Method: "POST", Pattern: "/catalogue/{ref}/do", Policy: profile, Verb: "edit", Handle: s.doProfile},
		{Method: "POST", Pattern: "/catalogue/{ref}/files", Policy: profile, Verb: "edit", Handle: s.uploadProfile},
		{Method: "GET", Pattern: "/catalogue/{ref}/history", Handle: s.historyProfile},
		{Method: "GET", Pattern: "/catalogue/{ref}/history/{rev}", Handle: s.revisionProfile},

		{Method: "GET", Pattern: "/desk", SignIn: true, Handle: s.desk},
		{Method: "GET", Pattern: "/sign-in", Handle: s.signInPage},
		{Method: "POST", Pattern: "/sign-in", Handle: s.signIn},
		{Method: "POST", Pattern: "/sign-out", SignIn: true, Handle: s.signOut},
		{Method: "GET", Pattern: "/account", SignIn: true, Handle: s.account},
		{Method: "POST", Pattern: "/account", SignIn: true, Handle: s.accountSave},
		{Method: "POST", Pattern: "/account/password", SignIn: true, Handle: s.accountPassword},
		{Method: "GET", Pattern: "/account/searches", SignIn: true, Handle: s.searches},
		{Method: "POST", Pattern: "/account/searches", SignIn: true, Handle: s.searchSave},
		{Method: "POST", Pattern: "/account/searches/{id}", SignIn: true, Handle: s.searchDo},

		{Method: "GET", Pattern: "/admin", Policy: people.Policy, Verb: "list", Handle: s.admin},
		{Method: "GET", Pattern: "/admin/accounts", Policy: people.Policy, Verb: "list", Handle: s.accounts},
		{Method: "GET", Pattern: "/admin/accounts/new", Policy: people.Policy, Verb: "create", Handle: s.accountNew},
		{Method: "POST", Pattern: "/admin/accounts/new", Policy: people.Policy, Verb: "create", Handle: s.accountCreate},
		{Method: "GET", Pattern: "/admin/accounts/{id}", Policy: people.Policy, Verb: "edit", Handle: s.accountEdit},
		{Method: "POST", Pattern: "/admin/accounts/{id}", Policy: people.Policy, Verb: "edit", Handle: s.accountUpdate},

		{Method: "GET", Pattern: "/vocabulary", Handle: s.vocabulary},
		{Method: "GET", Pattern: "/vocabulary/review", Handle: s.vocabularyReview},
		{Method: "GET", Pattern: "/vocabulary/learned", Handle: s.vocabularyLearned},
		{Method: "GET", Pattern: "/vocabulary/{id}", Handle: s.concept},
		{Method: "GET", Pattern: "/matching/quality", Handle: s.matchingQuality},

		{Method: "GET", Pattern: "/about", Handle: s.about},
		{Method: "GET", Pattern: "/about/data", Handle: s.aboutData},
		{Method: "GET", Pattern: "/about/rules", Handle: s.aboutRules},
	}
}

// guard lets in who the route is for.
func (route Route) guard(next web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		a := web.Actor(r)
		allowed := route.Policy == nil && !route.SignIn || route.SignIn && a.SignedIn() || route.Policy != nil && route.Policy.Could(a, route.Verb)
		switch {
		case allowed:
			return next(w, r)
		case a.SignedIn():
			return fault.New(fault.Forbidden, "fault.forbidden")
		}
		return fault.New(fault.Unauthenticated, "fault.sign-in-first")
	}
}

// pageCache bounds the rendered pages kept for visitors, in bytes.
const pageCache = 32 << 20

// pagesVersion changes when the index does, and every day, since pages say what
// is overdue today.
func (s *Site) pagesVersion() int64 {
	const day = 24 * 60 * 60
	return s.Index.Version() ^ s.Now().Unix()/day<<40
}

// Handler serves every route, and the attachments and static files, whose paths
// have no language.
func (s *Site) Handler() http.Handler {
	pages := http.NewServeMux()
	for _, route := range s.Routes() {
		pages.Handle(route.Method+" "+route.Pattern, s.Web.Handle(route.guard(route.Handle)))
	}
	pages.Handle("/", s.Web.NotFound())
	mux := http.NewServeMux()
	mux.Handle("GET /files/{sha}/{name}", s.Web.Handle(s.file))
	mux.Handle("GET /vocabulary.ttl", s.Web.Handle(s.vocabularyTurtle))
	mux.Handle("GET /vocabulary.csv", s.Web.Handle(s.vocabularyCSV))
	mux.Handle("GET /static/", s.Web.StaticFiles())
	mux.Handle("GET /favicon.ico", s.Web.StaticFiles("favicon.svg"))
	mux.Handle("/", s.Web.Localised(s.Web.Cached(s.pagesVersion, pageCache, pages)))
	return s.Web.Wrap(mux)
}

// Patterns lists method and pattern of every route, for the route × role test
// and the documentation.
func (s *Site) Patterns() []string {
	var all []string
	for _, r := range s.Routes() {
		all = append(all, strings.TrimSpace(r.Method+" "+r.Pattern))
	}
	return all
}
