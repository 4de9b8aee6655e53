package site

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
	"time"
)

// Bounds on one run of the link check.
const (
	linksARun     = 50
	linkTimeout   = 5 * time.Second
	linkRedirects = 5
	linksAtOnce   = 8
)

// prober looks whether addresses of other sites answer. It never connects to an
// address of this machine or of a private network: the check is made on the
// address that is connected to, after names were resolved, and so holds for
// redirects and for names that change what they mean.
type prober struct{ client *http.Client }

// errRefused says that an address is not one of the public internet.
var errRefused = errors.New("site: not an address of the public internet")

// newProber makes a prober that connects to what allowed lets through.
func newProber(allowed func(netip.Addr) bool) *prober {
	dialer := &net.Dialer{Timeout: linkTimeout, Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !allowed(to.Addr().Unmap()) {
			return errRefused
		}
		return nil
	}}
	return &prober{&http.Client{
		Timeout: linkTimeout,
		// No proxy from the environment: it would connect where we refuse to.
		Transport: &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: linkTimeout, ResponseHeaderTimeout: linkTimeout,
			MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > linkRedirects {
				return errors.New("site: too many redirects")
			}
			if r.URL.Scheme != "https" && r.URL.Scheme != "http" || r.URL.User != nil {
				return errRefused
			}
			return nil
		},
	}}
}

// reserved are networks that netip does not call private and that belong to
// nobody on the public internet (RFC 6890), or lead back to such ones.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
}

// publicAddress reports whether an address belongs to the public internet.
func publicAddress(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Zone() != "" {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// probeAll looks at addresses, a few at a time, and gives what it found in their
// order.
func (p *prober) probeAll(ctx context.Context, urls []string) []LinkCheck {
	found := make([]LinkCheck, len(urls))
	work := make(chan int)
	var wait sync.WaitGroup
	for range min(linksAtOnce, len(urls)) {
		wait.Go(func() {
			for i := range work {
				found[i] = p.probe(ctx, urls[i])
			}
		})
	}
	for i := range urls {
		work <- i
	}
	close(work)
	wait.Wait()
	return found
}

// probe asks for the head of a page, and for the page where a server does not
// answer that.
func (p *prober) probe(ctx context.Context, address string) LinkCheck {
	c := LinkCheck{URL: address}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		c.Problem = "refused"
		return c
	}
	c.Status, err = p.ask(ctx, http.MethodHead, address)
	if err == nil && c.Status >= 400 { // many servers answer a HEAD wrongly
		c.Status, err = p.ask(ctx, http.MethodGet, address)
	}
	c.Problem = problemOf(c.Status, err)
	return c
}

func (p *prober) ask(ctx context.Context, method, address string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return 0, err
	}
	r.Header.Set("User-Agent", "Karvan link check")
	r.Header.Set("Accept", "*/*")
	res, err := p.client.Do(r)
	if err != nil {
		return 0, err
	}
	_, err = io.CopyN(io.Discard, res.Body, 4<<10)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return res.StatusCode, errors.Join(err, res.Body.Close())
}

// problemOf names what is wrong, for the message keys board.link.<problem>.
func problemOf(status int, err error) string {
	var timeout net.Error
	var certificate *tls.CertificateVerificationError
	var name *net.DNSError
	switch {
	case err == nil && status < 400:
		return ""
	case err == nil && (status == http.StatusNotFound || status == http.StatusGone):
		return "missing"
	case err == nil:
		return "answer"
	case errors.Is(err, errRefused):
		return "refused"
	case errors.As(err, &certificate):
		return "certificate"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case errors.As(err, &name):
		return "no-such-host"
	}
	return "unreachable"
}
