package master

import (
	"net/http"
	"strings"
	"time"

	"github.com/stateful-mesos/moor/sdk/minicluster/internal/authorize"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/page"
)

// The page's pace: how long a change waits for others to be shown with it, and the shortest time between two views,
// also as a multiple of what a view takes to make: the master has other things to do.
const (
	pageDelay    = 20 * time.Millisecond
	pageInterval = 300 * time.Millisecond
	pageShare    = 20
)

// gallery is what those who look at the page are shown. While nobody does, it costs nothing.
type gallery struct {
	viewers *page.Viewers
	timer   *time.Timer // runs while a view is due
	due     bool
	next    time.Time // not before
}

func newGallery() gallery {
	g := gallery{viewers: page.NewViewers(), timer: time.NewTimer(time.Hour)}
	g.timer.Stop()
	return g
}

// changed notes that what the page shows may differ from now on.
func (g *gallery) changed() {
	if g.due || g.viewers.Empty() {
		return
	}
	g.due = true
	g.timer.Reset(max(pageDelay, time.Until(g.next)))
}

// show publishes what there is now.
func (m *Master) show() {
	m.gallery.due = false
	if m.gallery.viewers.Empty() {
		return
	}
	start := time.Now()
	m.gallery.viewers.Publish(m.view())
	m.gallery.next = start.Add(max(pageInterval, pageShare*time.Since(start)))
}

// page serves the page's files, and at page/live what it shows, to those who may look at everything.
func (m *Master) page(w http.ResponseWriter, r *http.Request) {
	principal, ok := m.authenticate(w, r, realmReadOnly)
	if !ok {
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		notAllowed(w, r, http.MethodGet)
		return
	}
	path := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/master"), "/")
	switch name, below := strings.CutPrefix(path, "page/"); {
	case path == "" && r.URL.Path == "/master": // the page's files are beside it only with the slash
		http.Redirect(w, r, "/master/", http.StatusPermanentRedirect)
	case name == "live" && !m.seesAll(principal):
		forbidden.write(w)
	case name == "live":
		m.gallery.viewers.ServeHTTP(w, r)
	case below && name == "", !page.Serve(w, r, name):
		plain(http.StatusNotFound).write(w)
	}
}

// seesAll tells whether nothing is hidden from somebody: the page leaves nothing out.
func (m *Master) seesAll(principal *string) bool {
	for _, action := range []authorize.Action{authorize.ViewFramework, authorize.ViewTask, authorize.ViewRole} {
		if !m.permits(action, principal, nil) {
			return false
		}
	}
	return true
}
