package api

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/record"
)

// RecordPath names a record by the parts of its id.
type RecordPath struct {
	Node string `path:"node" maxLength:"253" doc:"First part of the id: the domain of the node that writes the record." example:"karvan.example"`
	Kind string `path:"kind" maxLength:"32" doc:"Second part: its kind." example:"offer"`
	ULID string `path:"ulid" maxLength:"26" doc:"Third part: its ULID." example:"01J9ZK3T5V8QW2X4Y6Z8A0B2C4"`
}

// id joins the parts. What is no id cannot be on record.
func (in *RecordPath) id() (id.ID, error) {
	parsed, err := id.Parse(in.Node + "/" + in.Kind + "/" + in.ULID)
	if err != nil {
		return "", fault.New(fault.NotFound, "record.not-found")
	}
	return parsed, nil
}

type getInput struct {
	RecordPath
	Rev int `query:"rev" minimum:"1" maximum:"2147483647" doc:"An earlier public revision by its number. Without it: the one that visitors see." example:"2"`
}

type getOutput struct {
	ContentType string `header:"Content-Type"`
	ETag        string `header:"ETag" doc:"The digest of the revision, in quotes."`
	Digest      string `header:"Repr-Digest" doc:"The digest as RFC 9530 has it: sha-256 in base 64."`
	Link        string `header:"Link" doc:"Its revisions, with rel=version-history."`
	Body        []byte
}

// RevisionLine is a public revision in the history of a record.
type RevisionLine struct {
	Rev    int          `json:"rev" doc:"Number of the revision." example:"3"`
	Digest string       `json:"digest" doc:"SHA-256 of its canonical JSON, in hex. It stays when the content was erased."`
	State  record.State `json:"state" doc:"State of the record in this revision." example:"published"`
	Verb   string       `json:"verb" doc:"What was done." example:"publish"`
	At     time.Time    `json:"at" doc:"When it was made."`
	URL    string       `json:"url,omitempty" doc:"Where this revision is fetched; not there when its content was erased."`
}

// History is the public revisions of a record.
type History struct {
	ID    id.ID          `json:"id" doc:"Identifier of the record." example:"karvan.example/offer/01J9ZK3T5V8QW2X4Y6Z8A0B2C4"`
	Items []RevisionLine `json:"items" nullable:"false" doc:"Its public revisions, newest first."`
}

type historyOutput struct{ Body History }

func (a *API) registerRevisions(h huma.API) {
	get := huma.Operation{OperationID: "get-record", Method: http.MethodGet, Path: "/api/v1/records/{node}/{kind}/{ulid}", Tags: []string{"records"},
		Summary: "A record",
		Description: "The revision that visitors see, as the canonical JSON (RFC 8785) that is stored; its SHA-256 is the ETag. It is sent uncompressed, so that the " +
			"bytes can be checked. A withdrawn record is still answered, with its state and the note that says why; an erased one is gone."}
	problems(h, &get, "404", "410", "422")
	get.Responses["200"] = &huma.Response{Description: "The revision.", Content: map[string]*huma.MediaType{
		"application/json": {Schema: h.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[record.Record](), true, "Record")}}}
	huma.Register(h, get, a.getRecord)

	history := huma.Operation{OperationID: "list-revisions", Method: http.MethodGet, Path: "/api/v1/records/{node}/{kind}/{ulid}/revisions", Tags: []string{"records"},
		Summary: "The public revisions of a record", Description: "Every revision that visitors could read at some time, newest first. Drafts are not among them, nor is who made them."}
	problems(h, &history, "404", "422")
	huma.Register(h, history, a.listRevisions)
}

func (a *API) getRecord(ctx context.Context, in *getInput) (*getOutput, error) {
	out := &getOutput{ContentType: "application/json"}
	err := a.DB.Read(ctx, func(tx *db.Tx) error {
		r, err := a.publicRevision(ctx, tx, &in.RecordPath, in.Rev)
		if err != nil {
			return err
		}
		if out.Body, err = r.Canonical(); err != nil {
			return err
		}
		if record.Digest(out.Body) != r.Digest {
			return fault.New(fault.Internal, "fault.internal").With("revision", r.Rev)
		}
		out.ETag, out.Digest = `"`+r.Digest+`"`, reprDigest(r.Digest)
		out.Link = "<" + a.recordURL(r.ID) + `/revisions>; rel="version-history"`
		return nil
	})
	return out, failed(err)
}

// publicRevision gives the revision with a number, or the one visitors see for 0,
// if it is public. What is not says no more than what is not there.
func (a *API) publicRevision(ctx context.Context, tx *db.Tx, in *RecordPath, rev int) (*record.Record, error) {
	name, err := in.id()
	if err != nil {
		return nil, err
	}
	head, err := a.Book.HeadOf(ctx, tx, name)
	if err != nil {
		return nil, err
	}
	if rev == 0 {
		rev = head.PublicRev
	}
	if head.PublicRev == 0 || rev > head.PublicRev {
		return nil, fault.New(fault.NotFound, "record.not-found")
	}
	if rev < head.PublicRev {
		// The history knows a revision's state also when its content is gone.
		history, err := a.Book.History(ctx, tx, name)
		if err != nil {
			return nil, err
		}
		if !anyPublic(history, rev) {
			return nil, fault.New(fault.NotFound, "record.not-found")
		}
	}
	r, err := a.Book.At(ctx, tx, name, rev)
	if err != nil {
		return nil, err
	}
	if r.State == record.Erased {
		return nil, fault.New(fault.Gone, "record.erased")
	}
	if !r.Public() {
		return nil, fault.New(fault.NotFound, "record.not-found")
	}
	return r, nil
}

func anyPublic(history []record.Revision, rev int) bool {
	for _, v := range history {
		if v.Rev == rev {
			return v.State.Public()
		}
	}
	return false
}

func (a *API) listRevisions(ctx context.Context, in *RecordPath) (*historyOutput, error) {
	out := &historyOutput{Body: History{Items: []RevisionLine{}}}
	err := a.DB.Read(ctx, func(tx *db.Tx) error {
		name, err := in.id()
		if err != nil {
			return err
		}
		head, err := a.Book.HeadOf(ctx, tx, name)
		if err != nil {
			return err
		}
		if head.PublicRev == 0 {
			return fault.New(fault.NotFound, "record.not-found")
		}
		history, err := a.Book.History(ctx, tx, name)
		if err != nil {
			return err
		}
		erased := false
		for _, v := range history {
			if v.Rev > head.PublicRev || !v.State.Public() {
				continue
			}
			line := RevisionLine{Rev: v.Rev, Digest: v.Digest, State: v.State, Verb: v.Verb, At: v.At}
			if erased = erased || v.State == record.Erased; !erased {
				line.URL = a.revisionURL(name, v.Rev)
			}
			out.Body.Items = append(out.Body.Items, line)
		}
		out.Body.ID = name
		return nil
	})
	return out, failed(err)
}
