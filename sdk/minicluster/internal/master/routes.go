package master

import (
	"net/http"
	"strings"
)

// ServeHTTP answers what a Mesos master answers. Every route exists below /master as well.
func (m *Master) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := routePath(r)
	if strings.HasPrefix(path, "/quota/") {
		path = "/quota" // the role is for the handler
	}
	route, ok := routes[path]
	if !ok && strings.HasPrefix(path, "/page/") {
		route, ok = (*Master).page, true
	}
	if !ok {
		plain(http.StatusNotFound).write(w)
		return
	}
	route(m, w, r)
}

// routePath returns the path of a request without /master.
func routePath(r *http.Request) string {
	if below, ok := strings.CutPrefix(r.URL.Path, "/master/"); ok {
		return "/" + below
	}
	return r.URL.Path
}

var routes = map[string]func(*Master, http.ResponseWriter, *http.Request){
	"/":                     (*Master).page,
	"/master":               (*Master).page,
	"/api/v1/scheduler":     (*Master).scheduler,
	"/api/v1":               (*Master).operator,
	"/reserve":              form(reserveForm),
	"/unreserve":            form(unreserveForm),
	"/create-volumes":       form(createForm),
	"/destroy-volumes":      form(destroyForm),
	"/teardown":             form(teardownForm),
	"/maintenance/schedule": (*Master).schedulePage,
	"/maintenance/status":   (*Master).statusPage,
	"/machine/down":         (*Master).downPage,
	"/machine/up":           (*Master).upPage,
	"/health":               (*Master).health,
	"/version":              read(versionPage),
	"/flags":                read(flagsPage),
	"/state":                read(statePage),
	"/slaves":               read(slavesPage),
	"/frameworks":           read(frameworksPage),
	"/roles":                read(rolesPage),
	"/tasks":                read(tasksPage),
	"/state-summary":        read(summaryPage),
	"/metrics/snapshot":     read(metricsPage),
	"/quota":                (*Master).quotaPage,
	"/weights":              (*Master).weightsPage,
	"/redirect":             (*Master).redirect,
}
