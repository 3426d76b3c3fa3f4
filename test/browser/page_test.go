package browser

import (
	_ "embed"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/minicluster"
)

//go:embed contrast.js
var contrast string

// visit opens a cluster's page and waits until it is live.
func (b *browser) visit(c *minicluster.Cluster, path string) {
	b.t.Helper()
	b.do("visit", chromedp.Navigate("http://"+c.Masters()[0]+path))
	b.until("live", `document.querySelector('#link').textContent === 'live' && document.querySelectorAll('.card').length > 0`)
}

// shows is an expression: the page's visible text holds a text.
func shows(text string) string { return fmt.Sprintf("document.body.innerText.includes(%q)", text) }

// listed is an expression: how many volumes of an id are listed, in use or not.
func listed(volume string, used bool) string {
	return fmt.Sprintf(`[...document.querySelectorAll('[data-volume]')].filter((n) => n.dataset.volume === %q && n.dataset.inUse === '%t').length`, volume, used)
}

func TestPageFollowsVolumesAndTasks(t *testing.T) {
	c := minicluster.New(t, minicluster.Config{Simulate: minicluster.Idle, Agents: []minicluster.Agent{{Attributes: "rack:r1"}, {Hostname: "second.example"}}})
	b := open(t)
	b.visit(c, "/")
	b.do("mark this document", chromedp.Evaluate[chromedp.Void](`void (window.sameDocument = true)`))
	for _, text := range []string{"127.0.0.1", "second.example", "rack:r1", "Root disk", "No framework yet.", "http://" + c.Masters()[0] + "/api/v1/scheduler", "No task yet.", "Nothing is on offer.", "No operation yet."} {
		b.until(text, shows(text))
	}

	f := subscribe(t, c, "keeper", "db")
	b.until("the framework", shows("keeper"))
	o := f.offer(nil)
	v := f.volume("precious", 512)
	f.accept(o, reserve(f.reserved("cpus:1;mem:128;disk:1024")...), create(v))
	b.until("the volume", listed("precious", false)+" === 1")
	b.until("its size", shows("512 MiB"))

	o = f.offer(holds("precious"))
	f.accept(o, launch(&o, "writer", append(f.reserved("cpus:1;mem:128"), v)...))
	f.await("writer", mesos.TASK_RUNNING)
	b.until("the volume in use", listed("precious", true)+" === 1")
	b.until("by whom", shows("in use by writer"))

	if err := c.FailTask("writer", 3); err != nil {
		t.Fatal(err)
	}
	f.await("writer", mesos.TASK_FAILED)
	b.until("the volume not in use", listed("precious", false)+" === 1")
	b.until("the end of the task", shows("Command exited with status 3"))

	o = f.offer(holds("precious"))
	f.accept(o, destroy(v), create(f.volume("huge", 1<<30)))
	b.until("no volume", listed("precious", false)+" + "+listed("precious", true)+" === 0")
	b.until("the refusal", shows("refused")+" && "+shows("huge 1073741824 MiB for db"))
	if !eval[bool](b, "window.sameDocument === true") {
		t.Error("the page was loaded again")
	}
}

// furnished is a cluster with all that the page has to show.
func furnished(t *testing.T) *minicluster.Cluster {
	t.Helper()
	c := minicluster.New(t, minicluster.Config{Simulate: minicluster.Idle, Agents: []minicluster.Agent{
		{Attributes: "rack:r1;zone:z1", Resources: `[{"name":"cpus","type":"SCALAR","scalar":{"value":8}},{"name":"mem","type":"SCALAR","scalar":{"value":8192}},
			{"name":"disk","type":"SCALAR","scalar":{"value":4096}},
			{"name":"disk","type":"SCALAR","scalar":{"value":102400},"disk":{"source":{"type":"MOUNT","mount":{"root":"/mnt/a-rather-long-name-of-a-mount-point/nvme0n1"}}}},
			{"name":"disk","type":"SCALAR","scalar":{"value":20480},"disk":{"source":{"type":"PATH","path":{"root":"/srv/data"}}}}]`},
		{Hostname: "a-host-with-quite-a-long-name.rack-12.datacenter-3.example.org"}, {Hostname: "stopped.example"},
	}})
	f := subscribe(t, c, strings.Repeat("unbreakable", 18), "db")
	o := f.offer(func(o *mesos.Offer) bool { return o.Hostname == "127.0.0.1" })
	var volumes []mesos.Resource
	for i := range 12 {
		volumes = append(volumes, f.volume(fmt.Sprintf("volume-%d", i), 32))
	}
	f.accept(o, reserve(f.reserved("cpus:2;mem:256;disk:512")...), create(volumes...), launch(&o, "runs", append(f.reserved("cpus:1;mem:128;disk:16"), volumes[0])...),
		launch(&o, "fails", f.reserved("cpus:1;mem:128")...), create(volumes[0]))
	f.await("runs", mesos.TASK_RUNNING)
	if err := c.FailTask("fails", 1); err != nil {
		t.Fatal(err)
	}
	f.await("fails", mesos.TASK_FAILED)
	if err := c.StopAgent(2); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPageIsReadable(t *testing.T) {
	c := furnished(t)
	b := open(t)
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{360, 800, 1280, 2200} {
			t.Run(fmt.Sprintf("%s %d", scheme, width), func(t *testing.T) {
				call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
					{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
				}})
				b.do("size", chromedp.EmulateViewport(width, 800))
				b.visit(c, "/master/")
				b.until("all of it", shows("disconnected")+" && "+shows("Command exited with status 1")+" && "+shows("is not unique"))
				if wide := eval[float64](b, "document.documentElement.scrollWidth"); wide > float64(width) {
					t.Errorf("the page is %v wide: %s", wide, eval[string](b, `[...document.querySelectorAll('body *')].filter((n) => n.getBoundingClientRect().right > innerWidth + 1).slice(0, 8).map((n) => n.tagName + '.' + n.className + ' ' + n.textContent.slice(0, 40)).join('\n')`))
				}
				got := eval[struct {
					Checked int
					Poor    []string
				}](b, contrast)
				if got.Checked < 100 || len(got.Poor) > 0 {
					t.Errorf("%d texts looked at, too little contrast: %q", got.Checked, got.Poor)
				}
			})
		}
	}
	light := eval[string](b, "getComputedStyle(document.body).backgroundColor")
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "light"}}})
	if light == eval[string](b, "getComputedStyle(document.body).backgroundColor") {
		t.Error("light and dark are the same")
	}
}

func TestTextOfTheClusterStaysText(t *testing.T) {
	const attack = `<img src=x onerror=window.harmed=1>`
	c := minicluster.New(t, minicluster.Config{Simulate: minicluster.Idle, Agents: []minicluster.Agent{{Hostname: attack, Attributes: "x:" + attack}}})
	b := open(t)
	f := subscribe(t, c, attack, "<img>")
	f.principal = "op"
	o := f.offer(nil)
	v := f.volume("<script>window.harmed=1<", 64)
	f.accept(o, reserve(f.reserved("cpus:1;mem:128;disk:64")...), create(v), launch(&o, "<svg onload=window.harmed=1>", append(f.reserved("cpus:1;mem:128"), v)...))
	f.await("<svg onload=window.harmed=1>", mesos.TASK_RUNNING)
	b.visit(c, "/")
	for _, text := range []string{attack, "x:" + attack, "role <img>", "<script>window.harmed=1<", "in use by <svg onload=window.harmed=1>"} {
		b.until(text, shows(text))
	}
	if eval[bool](b, `window.harmed !== undefined || document.querySelector('main img, main svg, main script') !== null`) {
		t.Error("text of the cluster became markup")
	}
}

func TestPageWithAThousandAgents(t *testing.T) {
	cfg := minicluster.Config{Simulate: minicluster.Idle}
	for i := range 1000 {
		cfg.Agents = append(cfg.Agents, minicluster.Agent{Hostname: fmt.Sprintf("host-%d.example", i)})
	}
	c := minicluster.New(t, cfg)
	f := subscribe(t, c, "keeper", "db")
	b := open(t)
	b.visit(c, "/")
	b.until("a count", `document.querySelector('[data-count=agents]').textContent === '1,000'`)
	b.until("offers", `document.querySelector('[data-count=offers]').textContent === '1,000'`)
	if n := eval[int](b, "document.querySelectorAll('.card').length"); n != 24 {
		t.Errorf("%d cards", n)
	}
	b.do("more", chromedp.Click(chromedp.CSS("#agents button")))
	b.until("more cards", "document.querySelectorAll('.card').length === 72")
	call(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: "/", Code: "Slash", Text: "/"})
	b.do("filter", chromedp.KeyEvent("host-777"))
	b.until("one card", "document.querySelectorAll('.card').length === 1 && "+shows("host-777.example"))
	b.until("what matches", shows("1 agent, 0 frameworks, 0 tasks, 1 offer,"))
	o := f.offer(func(o *mesos.Offer) bool { return o.Hostname == "host-777.example" })
	f.accept(o, reserve(f.reserved("disk:64")...), create(f.volume("new", 64)))
	b.until("the volume", listed("new", false)+" === 1")
	b.do("nonsense", chromedp.KeyEvent("nonsense"))
	b.until("nothing", "document.querySelectorAll('.card').length === 0 && "+shows("None of 1,000 matches"))
	b.do("Esc", chromedp.KeyEvent("\u001b"))
	b.until("all again", "document.querySelectorAll('.card').length === 72")
}

func TestKeyboardAlone(t *testing.T) {
	c := furnished(t)
	b := open(t)
	b.visit(c, "/")
	const focused = "document.activeElement"
	for i := 0; !eval[bool](b, focused+`.matches('#agents > details > summary')`); i++ {
		if i == 30 {
			t.Fatal("Tab doesn't lead to the agents")
		}
		b.do("Tab", chromedp.KeyEvent("\t"))
		if eval[bool](b, focused+".matches('summary, a, input, button') && getComputedStyle("+focused+").outlineStyle === 'none'") {
			t.Errorf("nothing shows that %s has the focus", eval[string](b, focused+".outerHTML.slice(0, 80)"))
		}
	}
	b.do("Enter", chromedp.KeyEvent("\r"))
	b.until("folded", "!document.querySelector('#agents > details').open")
	b.do("Enter", chromedp.KeyEvent("\r"))
	b.until("unfolded", "document.querySelector('#agents > details').open")
	b.do("Tab", chromedp.KeyEvent("\t"))
	b.until("the rest of the volumes", focused+".textContent.endsWith(' more')")
	b.do("Enter", chromedp.KeyEvent("\r"))
	b.until("all volumes", focused+".parentElement.open && "+shows("volume-11"))
}

func TestPageOutlivesItsMaster(t *testing.T) {
	c := minicluster.New(t, minicluster.Config{Simulate: minicluster.Idle})
	b := open(t)
	b.visit(c, "/")
	before := c.State().MasterID
	b.until("the master", shows(before))
	if err := c.FailoverMaster(); err != nil {
		t.Fatal(err)
	}
	b.until("the new master", shows(c.State().MasterID))
	b.until("its agent", "document.querySelectorAll('.card').length === 1")
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	b.until("word of its end", shows("no answer")+" && "+shows("The master doesn't answer"))
	b.do("leave", chromedp.Navigate("about:blank"))
	b.expected("net::ERR_") // the browser says that nobody is there
}

func TestPageWithCredentials(t *testing.T) {
	c := minicluster.New(t, minicluster.Config{Credentials: map[string]string{"p": "secret"}})
	b := open(t)
	for _, path := range []string{"/", "/page/live"} {
		res, err := http.Get("http://" + c.Masters()[0] + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close() // only the status counts
		if res.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s without credentials: %s", path, res.Status)
		}
	}
	call(b, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Authorization": "Basic cDpzZWNyZXQ="}})
	b.visit(c, "/")
}
