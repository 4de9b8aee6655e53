package app_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"karvan/app/demo"
	"karvan/internal/testkit"
)

var browser struct {
	sync.Mutex
	ctx  context.Context
	stop func()
}

func stopBrowser() {
	browser.Lock()
	defer browser.Unlock()
	if browser.stop != nil {
		browser.stop()
	}
}

// chromium finds the browser that `make test` names, or one on the path.
func chromium(t *testing.T) string {
	t.Helper()
	if path := os.Getenv("KARVAN_TEST_CHROMIUM"); path != "" {
		return path
	}
	for _, name := range []string{"chromium", "chromium-browser"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	testkit.Missing(t, "Chromium", "run `make test`, or install Debian's package chromium")
	return ""
}

// tab opens a tab of its own, with no cookies of others.
func tab(t *testing.T, width, height int64) context.Context {
	t.Helper()
	path := chromium(t)
	browser.Lock()
	if browser.ctx == nil {
		opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
			chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.WSURLReadTimeout(2*time.Minute))
		alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
		ctx, stopCtx := chromedp.NewContext(alloc)
		if err := chromedp.Run(ctx); err != nil {
			browser.Unlock()
			t.Fatal(err)
		}
		browser.ctx, browser.stop = ctx, func() { stopCtx(); stopAlloc() }
	}
	parent := browser.ctx
	browser.Unlock()
	ctx, stop := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	ctx, cancel := context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(func() { cancel(); stop() })
	if err := chromedp.Run(ctx, chromedp.EmulateViewport(width, height)); err != nil {
		t.Fatal(err)
	}
	return ctx
}

func run(t *testing.T, ctx context.Context, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// value evaluates an expression in the page.
func value[T any](t *testing.T, ctx context.Context, expression string) (v T) {
	t.Helper()
	run(t, ctx, chromedp.Evaluate(expression, &v))
	return v
}

func signIn(n *node, login string) chromedp.Action {
	return chromedp.Tasks{
		chromedp.Navigate(n.url + "/en/sign-in"),
		chromedp.SendKeys(`input[name=login]`, login, chromedp.ByQuery),
		chromedp.SendKeys(`input[name=password]`, demo.Password, chromedp.ByQuery),
		chromedp.Submit(`input[name=password]`, chromedp.ByQuery),
		chromedp.WaitVisible(`form[action$="/sign-out"]`, chromedp.ByQuery),
	}
}

func ulid(n *node, kind, key string) string { return demo.ID(n.app.Book.Node(), kind, key).ULID() }

// TestAVisitorReadsTheAnnouncementBesideTheOtherReadout walks the main job in
// every language: the board, the announcement, the event with both readouts side
// by side, who was a member that day, and a search in the catalogue.
func TestAVisitorReadsTheAnnouncementBesideTheOtherReadout(t *testing.T) {
	n := demoNode(t)
	for _, c := range []struct{ lang, dir, title, word string }{
		{"en", "ltr", "Minister of Science and Technology", "irrigation"},
		{"zh", "ltr", "科", "滴灌"},
		{"ru", "ltr", "ШОС", "орошение"},
		{"fa", "rtl", "شانگهای", "آبیاری"},
	} {
		t.Run(c.lang, func(t *testing.T) {
			ctx := tab(t, 1280, 900)
			run(t, ctx, chromedp.Navigate(n.url+"/"+c.lang+"/"), chromedp.WaitVisible("main h1", chromedp.ByQuery))
			if got := value[string](t, ctx, `document.documentElement.lang + " " + document.documentElement.dir`); got != c.lang+" "+c.dir {
				t.Errorf("page is %q", got)
			}
			run(t, ctx, chromedp.Navigate(n.url+"/"+c.lang+"/board/"+ulid(n, "announcement", "most-2022")), chromedp.WaitVisible("main h1", chromedp.ByQuery))
			if got := value[string](t, ctx, `document.querySelector("main h1").textContent`); !strings.Contains(got, c.title) {
				t.Errorf("the announcement is called %q", got)
			}
			run(t, ctx, chromedp.Click(fmt.Sprintf(`main a[href*="/events/%s"]`, ulid(n, "event", "2022-02-18-most-sco")), chromedp.ByQuery),
				chromedp.WaitVisible(".side-by-side", chromedp.ByQuery))
			if got := value[int](t, ctx, `document.querySelectorAll(".side-by-side > *").length`); got != 2 {
				t.Errorf("%d readouts side by side", got)
			}
			if got := value[int](t, ctx, `document.querySelectorAll(".side-by-side mark").length`); got < 6 {
				t.Errorf("%d quotes highlighted", got)
			}
			run(t, ctx, chromedp.Navigate(n.url+"/"+c.lang+"/bodies/"+ulid(n, "body", "sco")+"?date=2022-02-18"), chromedp.WaitVisible("main h1", chromedp.ByQuery))
			if got := value[int](t, ctx, `document.querySelectorAll('[data-category="member"] a[href*="/states/"]').length`); got != 8 {
				t.Errorf("%d members on that day", got)
			}
			run(t, ctx, chromedp.Navigate(n.url+"/"+c.lang+"/catalogue?q="+c.word), chromedp.WaitVisible("main h1", chromedp.ByQuery))
			if got := value[int](t, ctx, `document.querySelectorAll("main .list > li").length`); got == 0 {
				t.Errorf("%q finds nothing", c.word)
			}
		})
	}
}

// pages lists one address of every page type, by who may see it.
func pages(n *node) map[string][]string {
	return map[string][]string{
		"": {"/", "/search?q=water", "/search?q=zzzzzz", "/board", "/board/archive", "/board/" + ulid(n, "announcement", "most-2022"),
			"/board/" + ulid(n, "announcement", "most-2022") + "/history", "/board/" + ulid(n, "announcement", "most-2022") + "/history/1",
			"/events", "/events/" + ulid(n, "event", "2022-02-18-most-sco"), "/bodies", "/bodies/" + ulid(n, "body", "sco") + "?date=2022-02-18",
			"/states/CN", "/organisations", "/organisations/" + ulid(n, "organisation", "zh-org-1"), "/persons/" + ulid(n, "person", "zhang-ming"),
			"/catalogue", "/catalogue?q=zzzzzz", "/catalogue/" + ulid(n, "offer", "zh-001"), "/catalogue/" + ulid(n, "offer", "zh-001") + "/history",
			"/sign-in", "/about", "/about/data", "/about/rules", "/nowhere"},
		"member-cn": {"/desk", "/account", "/catalogue/new", "/catalogue/" + ulid(n, "offer", "zh-001") + "/edit",
			"/catalogue/" + ulid(n, "offer", "zh-001") + "/edit/basics", "/catalogue/" + ulid(n, "offer", "zh-001") + "/edit/classification",
			"/organisations/" + ulid(n, "organisation", "zh-org-1") + "/edit"},
		"secretariat": {"/desk", "/board/new", "/board/links", "/events/new", "/events/" + ulid(n, "event", "2022-02-18-most-sco") + "/edit",
			"/events/" + ulid(n, "event", "2022-02-18-most-sco") + "/points"},
		"admin": {"/admin", "/admin/accounts", "/admin/accounts/new"},
	}
}

// TestEveryPageTypeIsAccessibleAndFits runs axe-core on every page type, in a
// left-to-right and a right-to-left language, and checks that nothing scrolls
// sideways on a small phone or a wide screen.
func TestEveryPageTypeIsAccessibleAndFits(t *testing.T) {
	n := demoNode(t)
	axe, err := os.ReadFile(filepath.Join("testdata", "axe", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	for login, paths := range pages(n) {
		name := login
		if name == "" {
			name = "visitor"
		}
		t.Run(name, func(t *testing.T) {
			ctx := tab(t, 1280, 900)
			if login != "" {
				run(t, ctx, signIn(n, login))
			}
			for i, path := range paths {
				lang := []string{"en", "fa", "zh", "ru"}[i%4]
				run(t, ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(n.url+"/"+lang+path), chromedp.WaitReady("main", chromedp.ByQuery))
				var found []struct {
					ID, Help string
					Nodes    []struct{ HTML, FailureSummary string }
				}
				run(t, ctx, chromedp.Evaluate(string(axe)+";0", nil),
					chromedp.Evaluate(`axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => ({ID: v.id, Help: v.help, Nodes: v.nodes.slice(0, 3).map(n => ({HTML: n.html.slice(0, 300), FailureSummary: n.failureSummary}))})))`,
						&found, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
				for _, v := range found {
					t.Errorf("/%s%s: %s (%s)", lang, path, v.ID, v.Help)
					for _, node := range v.Nodes {
						t.Logf("    %s\n    %s", node.HTML, node.FailureSummary)
					}
				}
				for _, width := range []int64{320, 1600} {
					run(t, ctx, chromedp.EmulateViewport(width, 800))
					if over := value[int](t, ctx, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 1 {
						t.Errorf("/%s%s: %d px too wide at %d: %s", lang, path, over, width, value[string](t, ctx, widest))
					}
				}
			}
		})
	}
}

// widest names the elements that stick out of the page.
const widest = `Array.from(document.querySelectorAll("body *")).filter(e => { const r = e.getBoundingClientRect(); return r.right > document.documentElement.clientWidth + 1 || r.left < -1 }).slice(0, 4).map(e => e.tagName + "." + e.className).join(", ")`

// TestTheFirstViewIsLight counts the bytes over the wire of a first visit.
func TestTheFirstViewIsLight(t *testing.T) {
	n := demoNode(t)
	const most = 60_000
	for login, paths := range pages(n) {
		for _, path := range paths {
			ctx := tab(t, 1280, 900)
			var mu sync.Mutex
			var bytes float64
			chromedp.ListenTarget(ctx, func(event any) {
				if e, ok := event.(*network.EventLoadingFinished); ok {
					mu.Lock()
					bytes += e.EncodedDataLength
					mu.Unlock()
				}
			})
			run(t, ctx, network.Enable())
			if login != "" {
				run(t, ctx, signIn(n, login))
				run(t, ctx, network.ClearBrowserCache())
			}
			mu.Lock()
			bytes = 0
			mu.Unlock()
			run(t, ctx, chromedp.Navigate(n.url+"/en"+path), chromedp.WaitReady("main", chromedp.ByQuery))
			mu.Lock()
			if bytes > most {
				t.Errorf("%s as %q: %.0f bytes", path, login, bytes)
			}
			if bytes == 0 {
				t.Errorf("%s as %q: nothing was counted", path, login)
			}
			mu.Unlock()
		}
	}
}

// TestAnEditorPublishesWithoutJavaScriptAndAFeedReaderPicksItUp does the
// editors' work with scripts switched off: one writes and submits, the other
// approves, and the item stands in the feed.
func TestAnEditorPublishesWithoutJavaScriptAndAFeedReaderPicksItUp(t *testing.T) {
	n := ownNode(t, "")
	noScript := emulation.SetScriptExecutionDisabled(true)
	writer := tab(t, 1280, 900)
	run(t, writer, noScript, signIn(n, "secretariat"),
		chromedp.Navigate(n.url+"/en/board/new"), chromedp.WaitVisible("main h1", chromedp.ByQuery),
		chromedp.SetValue(`[name="text.en.title"]`, "Joint laboratories: first list", chromedp.ByQuery),
		chromedp.SetValue(`[name="text.en.summary"]`, "Ten laboratories open their doors to the member states.", chromedp.ByQuery),
		chromedp.SetValue(`[name="text.en.body"]`, "The list names **ten laboratories** and how to apply.", chromedp.ByQuery),
		chromedp.Submit(`[name="text.en.title"]`, chromedp.ByQuery), chromedp.WaitVisible(`[data-verb="submit"]`, chromedp.ByQuery),
		chromedp.Click(`[data-verb="submit"]`, chromedp.ByQuery), chromedp.WaitVisible(`[data-state="submitted"]`, chromedp.ByQuery))
	var address string
	run(t, writer, chromedp.Location(&address))
	if body := n.visitor(t).get("/en/board.atom").body; strings.Contains(body, "first list") {
		t.Fatal("an item that waits for a second person is in the feed")
	}
	approver := tab(t, 1280, 900)
	run(t, approver, noScript, signIn(n, "secretariat-2"), chromedp.Navigate(address), chromedp.WaitVisible(`[data-verb="publish"]`, chromedp.ByQuery),
		chromedp.Click(`[data-verb="publish"]`, chromedp.ByQuery), chromedp.WaitVisible("main h1", chromedp.ByQuery))
	res := n.visitor(t).get("/en/board.atom")
	if res.status != http.StatusOK || !strings.Contains(res.body, "Joint laboratories: first list") {
		t.Fatalf("%d: the feed does not have the item", res.status)
	}
}
