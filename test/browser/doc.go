// Package browser looks at the minicluster's page with a real browser. Its tests skip where no Chromium is
// installed. It is a module of its own so that who uses Moor doesn't get what drives the browser.
package browser
