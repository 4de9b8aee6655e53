package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"karvan/announcements"
	"karvan/catalogue"
	"karvan/commitments"
	"karvan/lexicon"
	"karvan/meetings"
	"karvan/parties"
	"karvan/record"
)

// operations registers what is under /api/v1 and gives its handler and its
// description. The description is made from the types that the handlers read
// and write, so the two cannot differ.
func (a *API) operations() (http.Handler, []byte) {
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:   "Karvan open data: " + a.Node.Name,
				Version: a.Node.Version,
				Description: "Everything this node publishes, for programs. Read-only, without a key, for the pages of any site. " +
					"Records are the canonical JSON (RFC 8785) that the node stores, so their SHA-256 digest can be checked. " +
					"Errors are problems (RFC 9457) in the language of Accept-Language. " +
					"Answers carry an ETag: send it back as If-None-Match and an answer that did not change costs nothing.",
			},
			Servers: []*huma.Server{{URL: a.Node.BaseURL}},
			Tags: []*huma.Tag{
				{Name: "records", Description: "Announcements, events, commitments and reports on them, offers, needs, bodies, states, organisations, posts and holders of public office."},
				{Name: "matches", Description: "Which offers and needs may answer each other, and why."},
				{Name: "vocabulary", Description: "The concepts that texts of different languages meet in, and their names."},
				{Name: "bodies", Description: "What each state is to a body, on any day."},
				{Name: "feeds", Description: "The lists of the pages as feeds and tables."},
			},
			Components: &huma.Components{Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName)},
		},
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{a.word},
	}
	config.AllowAdditionalPropertiesByDefault = true
	mux := http.NewServeMux()
	h := humago.New(mux, config)
	h.UseMiddleware(func(ctx huma.Context, next func(huma.Context)) { once(h, ctx, next) })
	a.registerRecords(h)
	a.registerMembers(h)
	a.registerVocabulary(h)
	a.registerMatches(h)
	doc := h.OpenAPI()
	describeFeeds(doc)
	describeCalendars(doc)
	a.fixLists(doc)
	finishSchemas(doc)
	out, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		panic(err) // the description is made of the types above, the same at every start
	}
	return mux, append(out, '\n')
}

// repeated marks what [once] found.
const repeated = "repeated"

// once refuses a query that cannot be read, and one that gives a parameter twice
// that has one value: whichever were taken, somebody would be wrong about it.
func once(h huma.API, ctx huma.Context, next func(huma.Context)) {
	u := ctx.URL()
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		huma.WriteErr(h, ctx, http.StatusUnprocessableEntity, "")
		return
	}
	var errs []error
	for _, p := range ctx.Operation().Parameters {
		if p.In == "query" && p.Schema.Type != huma.TypeArray && len(values[p.Name]) > 1 {
			errs = append(errs, &huma.ErrorDetail{Location: "query." + p.Name, Message: repeated})
		}
	}
	if len(errs) > 0 {
		huma.WriteErr(h, ctx, http.StatusUnprocessableEntity, "", errs...)
		return
	}
	next(ctx)
}

// schemaName names a type by its package and itself, since several areas have a
// Body or a State; those of this package and of record go by their own name.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	switch folder := path.Base(t.PkgPath()); folder {
	case ".", "api", "record":
		return name
	default:
		r := []rune(folder)
		r[0] = unicode.ToUpper(r[0])
		return string(r) + name
	}
}

// fixLists gives the parameters that take codes the codes that there are.
func (a *API) fixLists(doc *huma.OpenAPI) {
	var kinds []string
	for _, k := range a.Book.Kinds() {
		kinds = append(kinds, k.Name)
	}
	for name, values := range map[string][]string{"kind": kinds, "topic": lexicon.Topics, "field": catalogue.Fields} {
		params := doc.Paths["/api/v1/records"].Get.Parameters
		i := slices.IndexFunc(params, func(p *huma.Param) bool { return p.Name == name })
		items := params[i].Schema.Items
		for _, v := range values {
			items.Enum = append(items.Enum, v)
		}
		items.PrecomputeMessages()
	}
}

// about says of the members of a record what their names do not.
var about = map[string]string{
	"id":         "Identifier: the domain of the node that writes the record, its kind, a ULID. It never changes.",
	"kind":       "Kind of record.",
	"rev":        "Number of the revision, from 1 without gaps. Drafts have numbers too, so public revisions may skip some.",
	"prev":       "SHA-256 of the revision before, in hex.",
	"state":      "State of this revision: published, suspended, expired, withdrawn. An erased one is answered with 410.",
	"owner":      "Who keeps it: the id of an organisation, a state or a body.",
	"party":      "On whose behalf it stands: the id of a state or a body.",
	"source":     "Language it was written in (BCP 47).",
	"texts":      "Its words by language (BCP 47). Which fields there are depends on the kind.",
	"body":       "What this kind of record says beside its words.",
	"links":      "Links to other records by id, or to anything by URL.",
	"files":      "Attachments. Only those of the tier public can be fetched by everybody.",
	"notes":      "What happened since it was published: corrections, withdrawal, translations. Only ever appended.",
	"created":    "When it was begun.",
	"updated":    "When this revision was made.",
	"published":  "When it was first published.",
	"publish_at": "When it was to be published.",
	"zone":       "IANA time zone in which publish_at was meant.",
	"embargo":    "Whether some could read it before publish_at.",
	"valid_to":   "Until when it holds.",
	"confirmed":  "When its owner last said that it still holds.",
	"sample":     "Invented, to show how Karvan works.",
	"origin_url": "Where the original stands, when the record is a translation of something elsewhere.",
}

// finishSchemas says what reflection cannot: what members mean, which of them
// are always there, that lists are never null, and which bodies there are.
func finishSchemas(doc *huma.OpenAPI) {
	registry := doc.Components.Schemas
	schemas := registry.Map()
	r := schemas["Record"]
	r.Description = "A revision of a record. Members that a newer version of Karvan wrote are kept, so there may be others."
	for name, text := range about {
		// A description stands beside a reference in OpenAPI 3.1.
		if p := r.Properties[name]; p != nil {
			p.Description = text
		}
	}
	r.Required = []string{"body", "created", "id", "kind", "rev", "source", "state", "texts", "updated"}
	for _, b := range []record.Body{&announcements.Item{}, &catalogue.Profile{}, &meetings.Event{}, &commitments.Commitment{}, &commitments.Report{},
		&parties.State{}, &parties.Body{}, &parties.Organisation{}, &parties.Post{}, &parties.Person{}} {
		r.Properties["body"].AnyOf = append(r.Properties["body"].AnyOf, registry.Schema(reflect.TypeOf(b).Elem(), true, ""))
	}
	delete(schemas, schemaName(reflect.TypeFor[huma.ErrorModel](), "")) // of which nothing is sent
	delete(schemas, schemaName(reflect.TypeFor[huma.ErrorDetail](), ""))
	for _, s := range schemas {
		notNull(s)
	}
}

func notNull(s *huma.Schema) {
	if s == nil {
		return
	}
	s.Nullable = false
	notNull(s.Items)
	for _, p := range s.Properties {
		notNull(p)
	}
	if values, ok := s.AdditionalProperties.(*huma.Schema); ok {
		notNull(values)
	}
}

// problems documents the statuses of an operation that are answered with a problem.
func problems(h huma.API, op *huma.Operation, statuses ...string) {
	schema := h.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "Problem")
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	for _, s := range append(statuses, "default") {
		about := map[string]string{"404": "There is no such record, or it was never published.", "410": "It was erased; only its digests are left.",
			"422": "A parameter is not known or has a value that is not allowed; errors says which.", "default": "Any other problem."}[s]
		op.Responses[s] = &huma.Response{Description: about, Content: map[string]*huma.MediaType{problemType: {Schema: schema}}}
	}
	op.Responses["304"] = &huma.Response{Description: "What If-None-Match names is still so."}
}

// describeFeeds documents the feeds, which are served beside the operations.
func describeFeeds(doc *huma.OpenAPI) {
	text := func(values ...string) *huma.Schema {
		s := &huma.Schema{Type: huma.TypeString}
		for _, v := range values {
			s.Enum = append(s.Enum, v)
		}
		return s
	}
	content := map[string]*huma.MediaType{}
	var endings []string
	for _, f := range formats {
		if f.ending == calendarEnding {
			continue
		}
		endings = append(endings, f.ending)
		mediaType, _, _ := strings.Cut(f.mediaType, ";")
		content[mediaType] = &huma.MediaType{Schema: text()}
	}
	slices.Sort(endings)
	doc.AddOperation(&huma.Operation{
		OperationID: "get-feed", Method: http.MethodGet, Path: "/{lang}/{list}.{format}", Tags: []string{"feeds"},
		Summary: "A list as a feed or a table",
		Description: "The same list as the page of that name, with the same parameters, as Atom, RSS 2.0, JSON Feed 1.1 or CSV. " +
			"Feeds are in the order of change and hold 50 entries a page, CSV up to 1000 rows; the next page is linked with rel=next. " +
			"A corrected or withdrawn item stays in the feed with its note on top and a new time of change.",
		Parameters: []*huma.Param{
			{Name: "lang", In: "path", Required: true, Description: "Language of the titles and labels.", Schema: text("en", "zh", "ru", "fa"), Example: "en"},
			{Name: "list", In: "path", Required: true, Description: "Which list.", Schema: text(listNames()...), Example: "board"},
			{Name: "format", In: "path", Required: true, Description: "Which format.", Schema: text(endings...), Example: "atom"},
			{Name: "q", In: "query", Description: "Words to search for.", Schema: text()},
			{Name: "cursor", In: "query", Description: "Where to go on, as the link to the next page says.", Schema: text()},
		},
		Responses: map[string]*huma.Response{
			"200": {Description: "The list.", Content: content},
			"304": {Description: "What If-None-Match or If-Modified-Since names is still so."},
		},
	})
}

// describeCalendars documents the commitments as to-dos.
func describeCalendars(doc *huma.OpenAPI) {
	language := &huma.Param{Name: "lang", In: "path", Required: true, Description: "Language of the titles and labels.",
		Schema: &huma.Schema{Type: huma.TypeString, Enum: []any{"en", "zh", "ru", "fa"}}, Example: "en"}
	text := &huma.Schema{Type: huma.TypeString}
	answer := map[string]*huma.Response{
		"200": {Description: "The to-dos.", Content: map[string]*huma.MediaType{"text/calendar": {Schema: text}}},
		"304": {Description: "What If-None-Match or If-Modified-Since names is still so."},
	}
	doc.AddOperation(&huma.Operation{
		OperationID: "get-commitments-calendar", Method: http.MethodGet, Path: "/{lang}/commitments.ics", Tags: []string{"feeds"},
		Summary: "Commitments as to-dos of a calendar",
		Description: "The register of commitments with the parameters of its page, as VTODO of iCalendar (RFC 5545): the day by which each is due, and how far it has come. " +
			"Up to 1000 a page; the next one is linked with rel=next.",
		Parameters: []*huma.Param{language,
			{Name: "due", In: "query", Description: "Only those that are overdue, due within 30 days, or undated.",
				Schema: &huma.Schema{Type: huma.TypeString, Enum: []any{"overdue", "due-soon", "undated"}}, Example: "overdue"},
			{Name: "obliged", In: "query", Description: "Only those that bind a state (ISO 3166-1 alpha-2), a body (its id), or a role: all, chair, secretariat, unspecified.", Schema: text, Example: "KZ"},
			{Name: "cursor", In: "query", Description: "Where to go on, as the link to the next page says.", Schema: text}},
		Responses: answer,
	})
	doc.AddOperation(&huma.Operation{
		OperationID: "get-commitment-calendar", Method: http.MethodGet, Path: "/{lang}/commitments/{commitment}.ics", Tags: []string{"feeds"},
		Summary: "A commitment as a to-do of a calendar", Description: "One commitment as VTODO of iCalendar (RFC 5545).",
		Parameters: []*huma.Param{language, {Name: "commitment", In: "path", Required: true, Description: "ULID of the commitment, the last part of its identifier.",
			Schema: text, Example: "01J9ZK3T5V8QW2X4Y6Z8A0B2C4"}},
		Responses: answer,
	})
}
