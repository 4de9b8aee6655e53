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

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
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
		if err := chromedp.Do(ctx); err != nil {
			browser.Unlock()
			t.Fatal(err)
		}
		browser.ctx, browser.stop = ctx, func() { stopCtx(); stopAlloc() }
	}
	parent := browser.ctx
	browser.Unlock()
	ctx, stop := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	t.Cleanup(stop)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height)); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// step is something a person does in the browser.
type step = chromedp.Action[chromedp.Void]

func run(t *testing.T, ctx context.Context, steps ...step) {
	t.Helper()
	for i, s := range steps {
		// Long enough for the slowest machine; only so that a step that never
		// comes names itself.
		limited, cancel := context.WithTimeout(ctx, 90*time.Second)
		err := chromedp.Do(limited, s)
		cancel()
		if err != nil {
			at, _ := chromedp.Run(ctx, chromedp.Location())
			t.Fatalf("step %d of %d at %s: %v", i+1, len(steps), at, err)
		}
	}
}

// command is a command of the browser's protocol as a step.
func command[P, R any](cmd cdp.Command[P, R], params P) step {
	return func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, cmd, params)
		return chromedp.Void{}, err
	}
}

// value evaluates an expression in the page.
func value[T any](t *testing.T, ctx context.Context, expression string, opts ...chromedp.EvaluateOption) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, opts...))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func signIn(n *node, login string) []step {
	return []step{
		chromedp.Navigate(n.url + "/en/sign-in"),
		chromedp.SendKeys(chromedp.CSS(`input[name=login]`), login),
		chromedp.SendKeys(chromedp.CSS(`input[name=password]`), demo.Password),
		chromedp.Submit(chromedp.CSS(`input[name=password]`)),
		chromedp.WaitVisible(chromedp.CSS(`form[action$="/sign-out"]`)),
	}
}

func ulid(n *node, kind, key string) string { return demo.ID(n.app.Book.Node(), kind, key).ULID() }

// TestBrowserVisitorReadsTheAnnouncementBesideTheOtherReadout walks the main job in
// every language: the board, the announcement, the event with both readouts side
// by side, who was a member that day, and a search in the catalogue.
func TestBrowserVisitorReadsTheAnnouncementBesideTheOtherReadout(t *testing.T) {
	n := demoNode(t)
	for _, c := range []struct{ lang, dir, title, word string }{
		{"en", "ltr", "Minister of Science and Technology", "irrigation"},
		{"zh", "ltr", "科", "滴灌"},
		{"ru", "ltr", "ШОС", "орошение"},
		{"fa", "rtl", "شانگهای", "آبیاری"},
	} {
		t.Run(c.lang, func(t *testing.T) {
			ctx := tab(t, 1280, 900)
			run(t, ctx, chromedp.Navigate(n.url+"/"+c.lang+"/"), chromedp.WaitVisible(chromedp.CSS("main h1")))
			if got := value[string](t, ctx, `document.documentElement.lang + " " + document.documentElement.dir`); got != c.lang+" "+c.dir {
				t.Errorf("page is %q", got)
			}
			run(t, ctx, chromedp.Navigate(n.url+"/"+c.lang+"/board/"+ulid(n, "announcement", "most-2022")), chromedp.WaitVisible(chromedp.CSS("main h1")))
			if got := value[string](t, ctx, `document.querySelector("main h1").textContent`); !strings.Contains(got, c.title) {
				t.Errorf("the announcement is called %q", got)
			}
			run(t, ctx, chromedp.Click(chromedp.CSS(fmt.Sprintf(`main a[href*="/events/%s"]`, ulid(n, "event", "2022-02-18-most-sco")))),
				chromedp.WaitVisible(chromedp.CSS(".side-by-side")))
			if got := value[int](t, ctx, `document.querySelectorAll(".side-by-side > *").length`); got != 2 {
				t.Errorf("%d readouts side by side", got)
			}
			if got := value[int](t, ctx, `document.querySelectorAll(".side-by-side mark").length`); got < 6 {
				t.Errorf("%d quotes highlighted", got)
			}
			run(t, ctx, chromedp.Navigate(n.url+"/"+c.lang+"/bodies/"+ulid(n, "body", "sco")+"?date=2022-02-18"), chromedp.WaitVisible(chromedp.CSS("main h1")))
			if got := value[int](t, ctx, `document.querySelectorAll('.members-member a[href*="/states/"]').length`); got != 8 {
				t.Errorf("%d members on that day", got)
			}
			run(t, ctx, chromedp.Navigate(n.url+"/"+c.lang+"/catalogue?q="+c.word), chromedp.WaitVisible(chromedp.CSS("main h1")))
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
			"/events", "/events/" + ulid(n, "event", "2022-02-18-most-sco"), "/commitments", "/commitments/" + ulid(n, "commitment", "2022-02-18-growth-drivers"), "/bodies", "/bodies/" + ulid(n, "body", "sco") + "?date=2022-02-18",
			"/states/CN", "/organisations", "/organisations/" + ulid(n, "organisation", "zh-org-1"), "/persons/" + ulid(n, "person", "zhang-ming"),
			"/catalogue", "/catalogue?q=zzzzzz", "/catalogue/" + ulid(n, "offer", "zh-001"), "/catalogue/" + ulid(n, "offer", "zh-001") + "/history",
			"/catalogue/" + ulid(n, "offer", "zh-001") + "/matches",
			"/vocabulary", "/vocabulary?q=water", "/vocabulary?field=4.1", "/vocabulary/drip-irrigation", "/vocabulary/review?lang=ur", "/vocabulary/learned", "/matching/quality",
			"/sign-in", "/about", "/about/data", "/about/rules", "/nowhere"},
		"member-cn": {"/desk", "/account", "/account/searches", "/search?q=zzzzzz", "/catalogue/new", "/catalogue/" + ulid(n, "offer", "zh-017") + "/edit",
			"/catalogue/" + ulid(n, "offer", "zh-001") + "/edit/basics", "/catalogue/" + ulid(n, "offer", "zh-001") + "/edit/classification",
			"/catalogue/" + ulid(n, "offer", "zh-001") + "/matches", "/organisations/" + ulid(n, "organisation", "zh-org-1") + "/edit"},
		"secretariat": {"/desk", "/board/new", "/board/links", "/events/new", "/events/" + ulid(n, "event", "2022-02-18-most-sco") + "/edit",
			"/events/" + ulid(n, "event", "2022-02-18-most-sco") + "/points", "/commitments/new?of=" + ulid(n, "announcement", "most-2022"),
			"/commitments/" + ulid(n, "commitment", "2022-02-18-growth-drivers") + "/edit", "/commitments/" + ulid(n, "commitment", "2022-02-18-growth-drivers") + "/step?verb=drop"},
		"admin": {"/admin", "/admin/accounts", "/admin/accounts/new"},
	}
}

// TestBrowserEveryPageTypeIsAccessibleAndFits runs axe-core on every page type, in a
// left-to-right and a right-to-left language, and checks that nothing scrolls
// sideways on a small phone or a wide screen.
func TestBrowserEveryPageTypeIsAccessibleAndFits(t *testing.T) {
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
				run(t, ctx, signIn(n, login)...)
			}
			for i, path := range paths {
				lang := []string{"en", "fa", "zh", "ru"}[i%4]
				run(t, ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(n.url+"/"+lang+path), chromedp.WaitReady(chromedp.CSS("main")))
				value[chromedp.Void](t, ctx, string(axe))
				found := value[[]violation](t, ctx, `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.slice(0, 3).map(n => ({html: n.html.slice(0, 300), summary: n.failureSummary}))})))`,
					chromedp.EvalAwaitPromise)
				for _, v := range found {
					t.Errorf("/%s%s: %s (%s)", lang, path, v.ID, v.Help)
					for _, node := range v.Nodes {
						t.Logf("    %s\n    %s", node.HTML, node.Summary)
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

// violation is what axe-core finds.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML    string `json:"html"`
		Summary string `json:"summary"`
	} `json:"nodes"`
}

// widest names the elements that stick out of the page.
const widest = `Array.from(document.querySelectorAll("body *")).filter(e => !e.closest(".table")).filter(e => { const r = e.getBoundingClientRect(); return r.right > document.documentElement.clientWidth + 1 || r.left < -1 }).slice(0, 4).map(e => e.tagName + "." + e.className).join(", ")`

// TestBrowserFirstViewIsLight counts the bytes over the wire of a first visit.
func TestBrowserFirstViewIsLight(t *testing.T) {
	n := demoNode(t)
	const most = 60_000
	for login, paths := range pages(n) {
		ctx := tab(t, 1280, 900)
		var mu sync.Mutex
		var bytes float64
		if err := chromedp.Listen(ctx, func(event any) {
			if e, ok := event.(*network.EventLoadingFinished); ok {
				mu.Lock()
				bytes += e.EncodedDataLength
				mu.Unlock()
			}
		}); err != nil {
			t.Fatal(err)
		}
		run(t, ctx, command(network.Enable, network.EnableParams{}))
		if login != "" {
			run(t, ctx, signIn(n, login)...)
		}
		for _, path := range paths {
			run(t, ctx, chromedp.Navigate("about:blank"), command(network.ClearBrowserCache, cdp.Empty{}))
			mu.Lock()
			bytes = 0
			mu.Unlock()
			run(t, ctx, chromedp.Navigate(n.url+"/en"+path), chromedp.WaitReady(chromedp.CSS("main")))
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

// TestBrowserEditorPublishesWithoutJavaScriptAndAFeedReaderPicksItUp does the
// editors' work with scripts switched off: one writes and submits, the other
// approves, and the item stands in the feed.
func TestBrowserEditorPublishesWithoutJavaScriptAndAFeedReaderPicksItUp(t *testing.T) {
	n := ownNode(t, "")
	noScript := command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	writer := tab(t, 1280, 900)
	run(t, writer, append([]step{noScript}, signIn(n, "secretariat")...)...)
	run(t, writer,
		chromedp.Navigate(n.url+"/en/board/new"), chromedp.WaitVisible(chromedp.CSS("main h1")),
		chromedp.SetValue(chromedp.CSS(`[name="texts.en.title"]`), "Joint laboratories: first list"),
		chromedp.SetValue(chromedp.CSS(`[name="texts.en.summary"]`), "Ten laboratories open their doors to the member states."),
		chromedp.SetValue(chromedp.CSS(`[name="texts.en.body"]`), "The list names **ten laboratories** and how to apply."),
		chromedp.Click(chromedp.CSS(`button[name="act"][value="submit"].button`)), chromedp.WaitVisible(chromedp.CSS(`main .state-submitted`)))
	address, err := chromedp.Run(writer, chromedp.Location())
	if err != nil {
		t.Fatal(err)
	}
	if body := n.visitor(t).get("/en/board.atom").body; strings.Contains(body, "first list") {
		t.Fatal("an item that waits for a second person is in the feed")
	}
	const publish = `form input[name="verb"][value="publish"]`
	approver := tab(t, 1280, 900)
	run(t, approver, append([]step{noScript}, signIn(n, "secretariat-2")...)...)
	run(t, approver, chromedp.Navigate(address), chromedp.WaitReady(chromedp.CSS(publish)),
		chromedp.Submit(chromedp.CSS(publish)), chromedp.WaitNotPresent(chromedp.CSS("main .state-submitted")))
	res := n.visitor(t).get("/en/board.atom")
	if res.status != http.StatusOK || !strings.Contains(res.body, "Joint laboratories: first list") {
		t.Fatalf("%d: the feed does not have the item", res.status)
	}
}
