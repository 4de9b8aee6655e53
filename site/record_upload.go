package site

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"karvan/internal/access"
	"karvan/internal/db"
	"karvan/internal/fault"
	"karvan/internal/id"
	"karvan/internal/lang"
	"karvan/internal/web"
	"karvan/record"
)

// fileRel is the relation of a record to its attachments, by which a digest
// leads back to the records that show it.
const fileRel = "file"

// RecordFiles is the page "record/files": an attachment that could not be taken.
type RecordFiles struct {
	Title    Named
	Path     string
	Form     *web.FormView
	Upload   UploadForm
	Conflict bool
}

// UploadForm is drawn by the partial "upload": the attachments of a record, with
// a form to add one and a button to remove each.
type UploadForm struct {
	Path   string
	Base   int
	Files  []record.File
	Fields []*web.Field
	Max    int64
}

// upload adds an attachment to a record, or removes one.
func (s *Site) upload(kinds ...string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		var newest *record.Record
		var head record.Head
		err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
			newest, head, err = s.editable(ctx, tx, r, kinds...)
			return err
		})
		if err != nil {
			return err
		}
		kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if kind == "application/x-www-form-urlencoded" {
			return s.removeFile(w, r, newest)
		}
		form, file, err := s.readFile(r, newest)
		if form == nil {
			form = &web.Form{Values: url.Values{}}
		}
		if err == nil {
			err = s.attach(r, newest, form, file)
		}
		if err != nil {
			return s.uploadAgain(w, r, newest, head, form, err)
		}
		s.Web.Flash(w, r, "history.file-added", "name", file.Name)
		return web.SeeOther(w, r, Path(newest)+"/edit")
	}
}

// readFile reads a form with one file, checks both and keeps the file.
func (s *Site) readFile(r *http.Request, rec *record.Record) (*web.Form, record.File, error) {
	var content []byte
	var name string
	max := web.Upload{MaxFile: s.Limits.Upload, MaxTotal: s.Limits.Upload + s.Limits.Form, MaxFiles: 1}
	form, err := web.ParseUpload(r, max, func(f web.File) (err error) {
		name = f.Name
		content, err = io.ReadAll(f)
		return err
	})
	if err != nil {
		return form, record.File{}, err
	}
	if name == "" {
		form.Invalid("file", "history.no-file")
		return form, record.File{}, form.Err()
	}
	mediaType, err := sniff(name, content)
	if err != nil {
		return form, record.File{}, err
	}
	file := record.File{MediaType: mediaType, Tier: record.Tier(form.Choice("tier", string(record.Public), string(record.Interest), string(record.Confidential)))}
	if file.Tier == "" {
		file.Tier = record.Public
	}
	for _, t := range rec.Languages() {
		if alt := form.Text("alt." + string(t)); alt != "" {
			if file.Alt == nil {
				file.Alt = map[string]string{}
			}
			file.Alt[string(t)] = alt
			if len([]rune(alt)) > maxAlt {
				form.Invalid("alt."+string(t), "text.too-long", "n", len([]rune(alt)), "max", maxAlt)
			}
		}
	}
	if isImage(mediaType) && file.Alt[string(altLang(rec))] == "" {
		form.Invalid("alt."+string(altLang(rec)), "history.alt-needed")
	}
	if err := form.Err(); err != nil {
		return form, file, err
	}
	file.SHA256, file.Size, err = s.Files.Put(bytes.NewReader(content), s.Limits.Upload)
	file.Name = fileName(name, mediaType, file.SHA256)
	return form, file, err
}

// maxAlt bounds what is said of an image, in characters.
const maxAlt = 400

// altLang is the language in which an image must be described: the source, or
// the first that a record whose original stands elsewhere has.
func altLang(rec *record.Record) lang.Tag {
	if tags := rec.Languages(); len(tags) > 0 {
		return tags[0]
	}
	return rec.Source
}

// attach puts a kept file on the record's next revision.
func (s *Site) attach(r *http.Request, rec *record.Record, form *web.Form, file record.File) error {
	from, err := strconv.Atoi(form.Text("base"))
	if err != nil {
		return fault.New(fault.Invalid, "form.no-base").At("base")
	}
	return s.write(r, func(ctx context.Context, tx *db.Tx) error {
		_, err := s.Book.Edit(ctx, tx, rec.ID, from, func(rec *record.Record) error {
			for _, f := range rec.Files {
				if f.SHA256 == file.SHA256 || f.Name == file.Name {
					return fault.New(fault.Invalid, "history.file-twice").At("file")
				}
			}
			rec.Files = append(rec.Files, file)
			rec.Links = append(rec.Links, record.Link{Rel: fileRel, To: file.SHA256})
			return nil
		})
		return err
	})
}

// removeFile takes an attachment off the record's next revision. Earlier
// revisions still list it, but it is served to nobody once the change is public.
func (s *Site) removeFile(w http.ResponseWriter, r *http.Request, rec *record.Record) error {
	form, err := web.ParseForm(r, s.Limits.Form)
	if err != nil {
		return err
	}
	digest := form.Text("remove")
	from, err := base(r)
	if err != nil {
		return err
	}
	err = s.write(r, func(ctx context.Context, tx *db.Tx) error {
		_, err := s.Book.Edit(ctx, tx, rec.ID, from, func(rec *record.Record) error {
			if !slices.ContainsFunc(rec.Files, func(f record.File) bool { return f.SHA256 == digest }) {
				return fault.New(fault.NotFound, "file.not-found")
			}
			rec.Files = slices.DeleteFunc(rec.Files, func(f record.File) bool { return f.SHA256 == digest })
			rec.Links = slices.DeleteFunc(rec.Links, func(l record.Link) bool { return l.Rel == fileRel && l.To == digest })
			return nil
		})
		return err
	})
	if err != nil {
		return err
	}
	s.Web.Flash(w, r, "history.file-removed")
	return web.SeeOther(w, r, Path(rec)+"/edit")
}

// uploadAgain asks again for a file, with what was typed.
func (s *Site) uploadAgain(w http.ResponseWriter, r *http.Request, rec *record.Record, head record.Head, form *web.Form, cause error) error {
	f := fault.Of(cause)
	meanwhile := f.Code == fault.Conflict && f.Key == "record.changed-meanwhile"
	switch {
	case meanwhile, f.Code == fault.Invalid && f.Field != "base", f.Code == fault.Unsupported && f.Field != "", f.Code == fault.TooLarge:
	default:
		return cause
	}
	page := RecordFiles{Title: s.named(rec, web.Lang(r), s.Now()), Path: Path(rec), Conflict: meanwhile}
	page.Upload = s.uploadForm(r, rec, head)
	page.Form = s.Web.FormView(r, form.Values, cause, uploadFields(rec)...)
	page.Upload.Fields = page.Form.Fields
	return s.Web.Page(w, r, f.Code.Status(), "record/files", page)
}

// uploadForm is the form that adds an attachment to a record.
func (s *Site) uploadForm(r *http.Request, rec *record.Record, head record.Head) UploadForm {
	view := s.Web.FormView(r, nil, nil, uploadFields(rec)...)
	return UploadForm{Path: Path(rec), Base: head.Rev, Files: rec.Files, Fields: view.Fields, Max: s.Limits.Upload}
}

func uploadFields(rec *record.Record) []web.Field {
	fields := []web.Field{{Name: "file", Type: "file", Label: "record.label.file", Hint: "history.hint.file", Accept: acceptedFiles, Required: true}}
	for _, t := range rec.Languages() {
		fields = append(fields, web.Field{Name: "alt." + string(t), Type: "text", Label: "record.label.alt", Hint: "history.hint.alt", Max: maxAlt, Lang: t})
	}
	tier := web.Field{Name: "tier", Type: "select", Label: "record.label.tier", Hint: "history.hint.tier", Value: string(record.Public), Required: true}
	for _, t := range []record.Tier{record.Public, record.Interest, record.Confidential} {
		tier.Options = append(tier.Options, web.Option{Value: string(t), Label: "tier." + string(t)})
	}
	return append(fields, tier)
}

// FileView is an attachment as a page lists it.
type FileView struct {
	record.File
	URL   string
	Image bool
	Alt   record.Reading // what an image shows
}

// attachments lists the attachments of a revision that a reader may open.
func (s *Site) attachments(a access.Actor, rec *record.Record, reader lang.Tag, draft bool) []FileView {
	inside := s.Book.Kind(rec.Kind).Policy.Allows(a, "read-draft", rec.Object())
	var all []FileView
	for _, f := range rec.Files {
		if f.Tier != record.Public && !inside {
			continue
		}
		v := FileView{File: f, URL: fileURL(f), Image: isImage(f.MediaType)}
		if draft || f.Tier != record.Public {
			v.URL += "?of=" + url.QueryEscape(string(rec.ID))
		}
		var tags []lang.Tag
		for _, t := range rec.Languages() {
			if f.Alt[string(t)] != "" {
				tags = append(tags, t)
			}
		}
		v.Alt.Lang = lang.Fallback(reader, tags, rec.Source)
		v.Alt.Text = f.Alt[string(v.Alt.Lang)]
		all = append(all, v)
	}
	return all
}

func fileURL(f record.File) string { return "/files/" + f.SHA256 + "/" + url.PathEscape(f.Name) }

// file serves an attachment to those who may read a record that lists it under
// this name: the public revisions of all records, and the newest revision of the
// one that ?of= names for those who may read its drafts.
func (s *Site) file(w http.ResponseWriter, r *http.Request) error {
	digest, name := r.PathValue("sha"), r.PathValue("name")
	var file record.File
	public := false
	err := s.read(r, func(ctx context.Context, tx *db.Tx) (err error) {
		file, public, err = s.listed(ctx, tx, r, digest, name)
		return err
	})
	if err != nil {
		return err
	}
	content, err := s.Files.Get(digest)
	if err != nil {
		return err
	}
	defer content.Close()
	info, err := content.Stat()
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", file.MediaType)
	if strings.HasPrefix(file.MediaType, "text/") {
		h.Set("Content-Type", file.MediaType+"; charset=utf-8")
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	disposition := "attachment"
	if isImage(file.MediaType) {
		disposition = "inline"
	}
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": file.Name}))
	h.Set("Etag", `W/"`+digest+`"`)
	h.Set("Cache-Control", "private, no-store")
	if public {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, "", info.ModTime(), content)
	return nil
}

// listed finds the attachment with a digest and a name on a record that the
// reader may read, and whether everybody may.
func (s *Site) listed(ctx context.Context, tx *db.Tx, r *http.Request, digest, name string) (_ record.File, public bool, err error) {
	if of := r.URL.Query().Get("of"); of != "" {
		rec, err := s.Book.Newest(ctx, tx, id.ID(of))
		if err != nil {
			return record.File{}, false, fault.New(fault.NotFound, "file.not-found").Because(err)
		}
		a := web.Actor(r)
		if f, ok := fileOf(rec, digest, name); ok && s.mayRead(a, rec) &&
			(f.Tier == record.Public || s.Book.Kind(rec.Kind).Policy.Allows(a, "read-draft", rec.Object())) {
			return f, false, nil
		}
	}
	f, err := s.listedPublicly(ctx, tx, digest, name)
	return f, true, err
}

// listedPublicly finds the attachment on a public revision that everybody may
// open it from.
func (s *Site) listedPublicly(ctx context.Context, tx *db.Tx, digest, name string) (record.File, error) {
	sources, err := s.Book.Sources(ctx, tx, id.ID(digest), fileRel)
	if err != nil {
		return record.File{}, err
	}
	for _, source := range sources {
		rec, err := s.Book.Public(ctx, tx, source)
		if err != nil {
			return record.File{}, err
		}
		if f, ok := fileOf(rec, digest, name); ok && f.Tier == record.Public {
			return f, nil
		}
	}
	return record.File{}, fault.New(fault.NotFound, "file.not-found")
}

func fileOf(rec *record.Record, digest, name string) (record.File, bool) {
	for _, f := range rec.Files {
		if f.SHA256 == digest && f.Name == name {
			return f, true
		}
	}
	return record.File{}, false
}
