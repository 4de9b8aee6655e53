package site

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"karvan/internal/fault"
	"karvan/internal/lang"
)

// mediaTypes are the types of attachments that are taken, by the ending of the
// name. What a browser would run (HTML, SVG, scripts) is not among them, and
// neither are archives, whose content nobody sees.
var mediaTypes = map[string]string{
	".pdf": "application/pdf", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp", ".gif": "image/gif",
	".csv": "text/csv", ".txt": "text/plain",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".odt":  "application/vnd.oasis.opendocument.text",
}

// accepted lists the endings for the file input of a browser.
const acceptedFiles = ".pdf,.png,.jpg,.jpeg,.webp,.gif,.csv,.txt,.xlsx,.docx,.odt"

// isImage reports whether a media type is a picture, which needs words for those
// who cannot see it and may be shown within a page.
func isImage(mediaType string) bool { return strings.HasPrefix(mediaType, "image/") }

// sniff finds the media type of an attachment from its content, and refuses what
// is not taken, or is not what its name says.
func sniff(name string, content []byte) (string, error) {
	refused := fault.New(fault.Unsupported, "history.file-type").At("file")
	want := mediaTypes[strings.ToLower(path.Ext(name))]
	if want == "" || len(content) == 0 {
		return "", refused
	}
	got, _, _ := strings.Cut(http.DetectContentType(content), ";")
	switch {
	case want == got && got != "text/plain":
		return want, nil
	case strings.HasPrefix(want, "text/") && got == "text/plain" && plain(content):
		return want, nil
	case got == "application/zip" && office(content) == want:
		return want, nil
	}
	return "", refused
}

// markup finds what a careless program might take for a page.
var markup = regexp.MustCompile(`(?i)<\s*(!doctype|html|head|body|script|svg|iframe|object|embed|\?xml)`)

// plain reports whether content is text that no program takes for anything else.
func plain(content []byte) bool {
	return utf8.Valid(content) && !bytes.ContainsRune(content, 0) && !markup.Match(content[:min(len(content), 4096)])
}

// office finds which kind of office document a zip archive is, "" when it is
// none or brings macros.
func office(content []byte) string {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return ""
	}
	has := map[string]*zip.File{}
	for _, f := range archive.File {
		has[f.Name] = f
		if strings.HasSuffix(strings.ToLower(f.Name), "vbaproject.bin") || strings.HasPrefix(f.Name, "Basic/") {
			return ""
		}
	}
	switch {
	case has["[Content_Types].xml"] != nil && has["word/document.xml"] != nil:
		return mediaTypes[".docx"]
	case has["[Content_Types].xml"] != nil && has["xl/workbook.xml"] != nil:
		return mediaTypes[".xlsx"]
	case has["mimetype"] != nil && has["content.xml"] != nil && declares(has["mimetype"], mediaTypes[".odt"]):
		return mediaTypes[".odt"]
	}
	return ""
}

func declares(f *zip.File, mediaType string) bool {
	r, err := f.Open()
	if err != nil {
		return false
	}
	defer r.Close()
	said, err := io.ReadAll(io.LimitReader(r, 200))
	return err == nil && strings.TrimSpace(string(said)) == mediaType
}

// plainName is a name that stands in the address of an image without escapes, so
// that Markdown can show it.
var plainName = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9_.-]*$`)

// maxName bounds the name of an attachment, in bytes.
const maxName = 120

// fileName makes a name from outside one that is safe everywhere: no folders, no
// controls, nothing that hides the ending, no reserved characters.
func fileName(s, mediaType, digest string) string {
	s, _ = lang.Clean(path.Base(strings.ReplaceAll(s, `\`, "/")))
	s = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune("<>:\"/\\|?*%#&;\n\t", r):
			return '_'
		case r == '\u200e' || r == '\u200f' || r == '\u200c' || r == '\u200d' || r == '\u061c':
			return -1 // invisible marks of direction could turn the ending round
		}
		return r
	}, s)
	stem := strings.Join(strings.Fields(s), "-")
	ending := strings.ToLower(path.Ext(stem))
	if mediaTypes[ending] == "" {
		ending = ""
	}
	stem = strings.Trim(stem[:len(stem)-len(ending)], ".-_ ")
	for len(stem)+len(ending) > maxName {
		_, size := utf8.DecodeLastRuneInString(stem)
		stem = strings.TrimRight(stem[:len(stem)-size], ".- ")
	}
	if stem == "" || isImage(mediaType) && !plainName.MatchString(stem) {
		stem = "file-" + digest[:8]
	}
	return stem + ending
}

// markdownImage is an image in Markdown that stands on this node.
var markdownImage = regexp.MustCompile(`!\[([^\]\n]*)\]\(\s*<?(/files/([0-9a-f]{64})/[^\s)>]*)>?[^)\n]*\)`)

// ownImages leaves in a Markdown text only the images that are attached to its
// record; of others it keeps the words.
func ownImages(text string, attached []string) string {
	return markdownImage.ReplaceAllStringFunc(text, func(whole string) string {
		m := markdownImage.FindStringSubmatch(whole)
		if slices.Contains(attached, m[3]) {
			return whole
		}
		return m[1]
	})
}
