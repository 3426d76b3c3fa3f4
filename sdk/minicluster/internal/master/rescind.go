package master

import "maps"

// Rescind takes back an offer and tells whether there was one; an empty id means all of them, and that is no
// failure if there are none. The resources are free, and offered again in the next round.
func (m *Master) Rescind(id string) bool {
	found, _ := ask(m, func() bool {
		if id != "" {
			o := m.offers[id]
			if o != nil {
				m.discard(o, true)
			}
			return o != nil
		}
		for _, o := range sortedOffers(maps.Clone(m.offers)) {
			m.discard(o, true)
		}
		return true
	})
	return found
}
