package site_test

import (
	"net/url"
	"strings"
	"testing"

	"karvan/internal/lang"
	"karvan/record"
)

func TestHome(t *testing.T) {
	w := newWorld(t)
	w.announce("Ministers meet")
	w.offer("滴灌技术")
	for _, tag := range lang.Interface {
		p := w.as("").get("/" + string(tag) + "/").want(200)
		if got := p.attrs("html", "lang"); got[0] != string(tag) {
			t.Errorf("lang is %v, want %s", got, tag)
		}
		if got := p.attrs("html", "dir"); got[0] != tag.Dir() {
			t.Errorf("%s: dir is %v, want %s", tag, got, tag.Dir())
		}
		p.has("h3 [lang=en]", "Ministers meet")
		p.has("h3 [lang=zh]", "滴灌技术")
		if len(p.find("h1")) != 1 {
			t.Errorf("%s: %d h1", tag, len(p.find("h1")))
		}
		if got := len(p.find("link[hreflang]")); got != len(lang.Interface) {
			t.Errorf("%s: %d alternates", tag, got)
		}
		if got := len(p.Body); got > 60_000 {
			t.Errorf("%s: the page has %d bytes", tag, got)
		}
	}
}

func TestHomeNumbersOpenIntoWhatTheyCount(t *testing.T) {
	w := newWorld(t)
	w.offer("滴灌技术")
	w.offer("抗旱小麦")
	p := w.as("").get("/en/").want(200)
	for _, n := range p.find(".card") {
		if text := textOf(n); strings.Contains(text, "Offers") && !strings.HasPrefix(text, "2 ") {
			t.Errorf("the number of offers reads %q", text)
		}
		w.as("").get(attr(n, "href")).want(200)
	}
	p.has("#states", "Who cooperates here")
	p.has(".pills", "Kazakhstan")
	if got := p.text(".pills"); strings.Index(got, "China") > strings.Index(got, "Kazakhstan") {
		t.Errorf("states stand out of the body's order: %q", got)
	}
}

func TestHomeWithNothingOnItOffersAWayOn(t *testing.T) {
	w := newWorld(t)
	p := w.as("").get("/en/").want(200)
	p.has(".empty a", "See who cooperates here")
}

func TestSearch(t *testing.T) {
	w := newWorld(t)
	w.announce("Water for the steppe")
	w.offer("节水灌溉", func(r *record.Record) {
		r.Texts["en"] = record.Version{Provenance: record.Human, Fields: map[string]string{"title": "Drip irrigation", "summary": "It saves a third of the water in dry years."}}
	})
	t.Run("a word finds records of every kind and is marked", func(t *testing.T) {
		p := w.as("").get("/en/search?q=water").want(200)
		p.has(".tabs", "Everything 2")
		p.has(".tabs", "Offers 1")
		p.has(".list mark", "Water")
		p.has(".list mark", "water")
		p.has("title", "Search: water")
	})
	t.Run("a tab shows one kind", func(t *testing.T) {
		p := w.as("").get("/en/search?q=water&kind=offer").want(200)
		p.has(".list", "Drip irrigation")
		p.lacks(".list", "steppe")
		p.has(".tabs [aria-current=page]", "Offers")
	})
	t.Run("Chinese words are found and marked as one stretch", func(t *testing.T) {
		p := w.as("").get("/zh/search?q=" + url.QueryEscape("节水灌溉")).want(200)
		p.has(".list h2 mark", "节水灌溉")
	})
	t.Run("a state narrows the list", func(t *testing.T) {
		p := w.as("").get("/en/search?q=water&state=KZ").want(200)
		p.has(".list", "steppe")
		p.lacks(".list", "Drip irrigation")
		p.has(".chosen", "Kazakhstan")
	})
	t.Run("nothing found offers the next step", func(t *testing.T) {
		p := w.as("").get("/fa/search?q=zzzzqqq").want(200)
		if len(p.attrs(".empty a[type=application/atom+xml]", "href")) != 1 {
			t.Error("no feed is offered")
		}
		p.has(".empty .pills", "Kazakhstan")
		p.lacks(".empty", "catalogue/new")
		member := w.as("guo").get("/en/search?q=zzzzqqq").want(200)
		member.has(".empty", "Save this search as a need")
	})
	t.Run("a broken place in the list is refused", func(t *testing.T) {
		w.as("").get("/en/search?q=water&cursor=nonsense").want(422)
	})
	t.Run("words that hold markup stay words", func(t *testing.T) {
		p := w.as("").get("/en/search?q=" + url.QueryEscape(`"><script>alert(1)</script>`)).want(200)
		if strings.Contains(p.Body, "<script>alert") {
			t.Error("markup came through")
		}
	})
}

func TestErrorPage(t *testing.T) {
	w := newWorld(t)
	for _, tag := range lang.Interface {
		p := w.as("").get("/" + string(tag) + "/no-such-page").want(404)
		if len(p.find("main h1")) != 1 || len(p.find("main a[href=/"+string(tag)+"/search]")) != 1 {
			t.Errorf("%s: the page lacks a heading or a way on", tag)
		}
	}
}

func TestLanguageSwitchKeepsThePage(t *testing.T) {
	w := newWorld(t)
	p := w.as("").get("/en/search?q=water&kind=offer").want(200)
	got := p.attrs(".languages a[hreflang=fa]", "href")
	if len(got) != 1 || got[0] != "/fa/search?kind=offer&q=water" {
		t.Errorf("the Persian page is at %v", got)
	}
}
