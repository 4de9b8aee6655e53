package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"karvan/internal/fault"
)

// assets are the static files, read once. Pages name them with a hash of their
// content, so a browser may keep them for ever.
type assets struct {
	byName map[string]*asset // "app.css"
	hashed map[string]*asset // "app.1a2b3c4d5e.css"
}

type asset struct {
	contentType string
	etag        string
	path        string // with the hash
	body, gz    []byte
}

// types that mime.TypeByExtension may not know, or know differently by machine.
var types = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".png": "image/png", ".ico": "image/x-icon", ".webp": "image/webp", ".woff2": "font/woff2",
	".json": "application/json", ".txt": "text/plain; charset=utf-8", ".webmanifest": "application/manifest+json",
}

func readAssets(fsys fs.FS) (*assets, error) {
	a := &assets{byName: map[string]*asset{}, hashed: map[string]*asset{}}
	if fsys == nil {
		return a, nil
	}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		one, err := newAsset(name, body)
		if err != nil {
			return err
		}
		a.byName[name] = one
		a.hashed[strings.TrimPrefix(one.path, "/static/")] = one
		return nil
	})
	return a, err
}

func newAsset(name string, body []byte) (*asset, error) {
	ext := path.Ext(name)
	sum := sha256.Sum256(body)
	a := &asset{
		contentType: types[ext], etag: etag(body), body: body,
		path: "/static/" + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext,
	}
	if a.contentType == "" {
		a.contentType = mime.TypeByExtension(ext)
	}
	if a.contentType == "" {
		a.contentType = "application/octet-stream"
	}
	if !isText(a.contentType) || len(body) < minGzip {
		return a, nil
	}
	var buf bytes.Buffer
	z, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	a.gz = buf.Bytes()
	return a, nil
}

// Static is the address of a static file, with the hash of its content.
func (k *Kit) Static(name string) string {
	files := k.files()
	if a := files.byName[name]; a != nil {
		return a.path
	}
	k.log.Error("no such static file", "name", name)
	return "/static/" + name
}

func (k *Kit) files() *assets {
	if !k.cfg.Dev {
		return k.assets
	}
	fresh, err := readAssets(k.cfg.Static)
	if err != nil {
		k.log.Error("static files", "error", err.Error())
		return k.assets
	}
	return fresh
}

// StaticFiles serves the static files under /static/, and one of them alone
// when it is named, such as favicon.ico at the root.
func (k *Kit) StaticFiles(name ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := stateOf(r)
		if s == nil || s.kit == nil {
			k.Wrap(k.StaticFiles(name...)).ServeHTTP(w, r)
			return
		}
		want := strings.TrimPrefix(r.URL.Path, "/static/")
		if len(name) > 0 {
			want = name[0]
		}
		files := k.files()
		a, age := files.hashed[want], "public, max-age=31536000, immutable"
		if a == nil {
			a, age = files.byName[want], "public, max-age=3600"
		}
		if a == nil || r.Method != http.MethodGet && r.Method != http.MethodHead {
			k.Fail(w, r, fault.New(fault.NotFound, "fault.not-found"))
			return
		}
		a.serve(w, r, age)
	})
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request, age string) {
	h := w.Header()
	h.Set("Cache-Control", age)
	h.Set("Etag", a.etag)
	if a.gz != nil {
		addVary(h, "Accept-Encoding")
	}
	if matches(r, a.etag) {
		notModified(w)
		return
	}
	body := a.body
	h.Set("Content-Type", a.contentType)
	if a.gz != nil && takesGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = a.gz
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}
