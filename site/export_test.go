package site

import (
	"net/http"
	"net/netip"
)

// CheckLinks runs the link check with the addresses that a test lets it connect
// to.
func CheckLinks(s *Site, w http.ResponseWriter, r *http.Request, allowed func(netip.Addr) bool) error {
	return s.checkLinks(w, r, newProber(allowed))
}

// PublicAddress is publicAddress.
var PublicAddress = publicAddress

// Sniff is sniff, FileName is fileName.
var (
	Sniff    = sniff
	FileName = fileName
)
