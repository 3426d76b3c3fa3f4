package browser

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long the slowest step of a test may take.
const patience = 20 * time.Second

// browser is one page in a headless Chromium, with all it asked for and complained of.
type browser struct {
	t   testing.TB
	ctx context.Context

	mu         sync.Mutex
	hosts      map[string]bool // of requests
	complaints []string
}

// chromium returns the program, and skips the test if there is none.
func chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no chromium found: install it to have the page looked at (Debian: apt-get install chromium)")
	return ""
}

// open starts a browser with an empty page, after the cluster that it is to visit: so it ends before. The test fails
// then if the page asked another host for anything or complained on its console.
func open(t testing.TB) *browser {
	t.Helper()
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	options = append(options,
		chromedp.ExecPath(chromium(t)), chromedp.UserDataDir(t.TempDir()), chromedp.Env("TMPDIR="+t.TempDir()), chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium's sandbox refuses root
	}
	allocated, free := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocated)
	b := &browser{t: t, ctx: ctx, hosts: map[string]bool{}}
	t.Cleanup(func() {
		cancel()
		free()
		for host := range b.hosts {
			if !strings.HasPrefix(host, "127.0.0.1:") {
				t.Errorf("the page asked %q for something", host)
			}
		}
		for _, text := range b.complaints {
			t.Errorf("the page complained: %s", text)
		}
	})
	b.start()
	return b
}

func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		u, err := url.Parse(e.Request.URL)
		if err != nil {
			b.complaints = append(b.complaints, "a request to "+e.Request.URL)
			return
		}
		b.hosts[u.Host] = true
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			b.complaints = append(b.complaints, e.Entry.Text+" "+e.Entry.URL)
		}
	case *runtime.EventConsoleAPICalled:
		for _, arg := range e.Args {
			b.complaints = append(b.complaints, string(arg.Value))
		}
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, e.ExceptionDetails.Text+" "+e.ExceptionDetails.Exception.Description)
	}
}

// expected takes complaints back that hold a text, and tells whether there were any.
func (b *browser) expected(text string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	var left []string
	for _, c := range b.complaints {
		if !strings.Contains(c, text) {
			left = append(left, c)
		}
	}
	found := len(left) < len(b.complaints)
	b.complaints = left
	return found
}

func (b *browser) start() {
	b.t.Helper()
	if err := chromedp.Listen(b.ctx, b.listen); err != nil {
		b.t.Fatalf("start the browser: %v", err)
	}
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
}

// bounded is a context for one step. The browser itself lives longer.
func (b *browser) bounded() (context.Context, context.CancelFunc) {
	return context.WithTimeout(b.ctx, patience)
}

// call makes a call of the DevTools protocol.
func call[P, R any](b *browser, command cdp.Command[P, R], params P) {
	b.t.Helper()
	ctx, cancel := b.bounded()
	defer cancel()
	if _, err := chromedp.Call(ctx, command, params); err != nil {
		b.t.Fatalf("%s: %v", command.Method, err)
	}
}

// do runs actions.
func (b *browser) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := b.bounded()
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// eval returns what a JavaScript expression is.
func eval[T any](b *browser, expression string) T {
	b.t.Helper()
	ctx, cancel := b.bounded()
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// until waits until a JavaScript expression is true.
func (b *browser) until(what, expression string) {
	b.t.Helper()
	for deadline := time.Now().Add(patience); !eval[bool](b, expression); {
		if time.Now().After(deadline) {
			b.t.Fatalf("%s: never came true; the page says:\n%s", what, eval[string](b, "document.body.innerText"))
		}
		time.Sleep(20 * time.Millisecond) // between two looks, until the deadline
	}
}
