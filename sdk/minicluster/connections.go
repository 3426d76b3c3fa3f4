package minicluster

import (
	"net"
	"net/http"
	"sync"
)

// connections are those that the master's server has open.
type connections struct {
	mu  sync.Mutex
	all map[net.Conn]bool
}

// follow is the server's ConnState.
func (c *connections) follow(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all = map[net.Conn]bool{}
	}
	if state == http.StateClosed || state == http.StateHijacked {
		delete(c.all, conn)
		return
	}
	c.all[conn] = true
}

// cut breaks all of them.
func (c *connections) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for conn := range c.all {
		_ = conn.Close() // the other side sees it end, which is all that is wanted
	}
}
