package web

import (
	"net/http"
	"net/url"
)

// policy lets a page load only from its own node, and run nothing that stands
// in the page itself.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; " +
	"font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func securityHeaders(secure bool) [][2]string {
	out := [][2]string{
		{"Content-Security-Policy", policy},
		{"X-Content-Type-Options", "nosniff"},
		{"Referrer-Policy", "same-origin"},
		{"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"},
		{"Cross-Origin-Opener-Policy", "same-origin"},
	}
	if secure {
		out = append(out, [2]string{"Strict-Transport-Security", "max-age=31536000"})
	}
	return out
}

func (k *Kit) setSecurity(h http.Header) {
	for _, s := range k.security {
		h[s[0]] = []string{s[1]}
	}
}

func queryEscape(s string) string { return url.QueryEscape(s) }
