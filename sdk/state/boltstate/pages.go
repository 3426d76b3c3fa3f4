package boltstate

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"os"

	"github.com/stateful-mesos/moor/sdk/state"
)

// The layout of a bbolt file of version 2, as far as bbolt believes it without a check. Numbers are in the byte order of
// the machine that wrote the file.
const (
	pageHeader    = 16 // id 8, flags 2, count 2, overflow 4
	bucketHeader  = 16 // root page 8, sequence 8
	elementHeader = 16 // branch: position 4, key 4, page 8; leaf: flags 4, position 4, key 4, value 4
	metaLength    = 64 // magic 4, version 4, page size 4, flags 4, root bucket 16, freelist 8, pages 8, transaction 8, checksum 8

	metaMagic, metaVersion = 0xED0CDAED, 2

	branchPage, leafPage = 0x01, 0x02
	bucketElement        = 0x01

	maxDepth = 32 // of pages below pages; a tree this high would have 2^32 pages at least
)

var order = binary.NativeEndian

// pages walks all pages that the root of a file leads to. bbolt maps the file and follows numbers in it by pointer:
// a wrong one is a fault that no recover catches, so nothing is handed to bbolt that wasn't walked before.
type pages struct {
	file  io.ReaderAt
	size  uint64 // of a page
	count uint64 // of pages; all are inside the file
	seen  map[uint64]bool
}

// keyRange is what the pages above leave to the keys of a page: from first up to but without limit, nil for open ends.
type keyRange struct{ first, limit []byte }

func (r keyRange) has(key []byte) bool {
	return bytes.Compare(key, r.first) >= 0 && (r.limit == nil || bytes.Compare(key, r.limit) < 0)
}

// checkPages says whether bbolt can read a file: [state.ErrCorrupt] with the place if not.
func checkPages(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		return fmt.Errorf("%w: the file is empty, so it was cut off; restore it from a copy, or remove it to begin with nothing", state.ErrCorrupt)
	}
	newest, err := newestMeta(file)
	if err != nil {
		return err
	}
	p := &pages{file: file, size: uint64(order.Uint32(newest[8:])), count: order.Uint64(newest[40:]), seen: map[uint64]bool{}}
	if p.count > uint64(info.Size())/p.size {
		return fmt.Errorf("%w: the file has %d bytes but %d pages of %d; it was cut off, restore it from a copy",
			state.ErrCorrupt, info.Size(), p.count, p.size)
	}
	return p.tree(order.Uint64(newest[16:]), keyRange{}, 0)
}

// newestMeta reads the two meta pages, of which bbolt writes one per transaction, and returns the newer of the valid ones.
func newestMeta(file io.ReaderAt) ([]byte, error) {
	var newest []byte
	// The second meta page is one page further on; a file whose first one is damaged doesn't say how far that is.
	for offset := int64(0); offset <= 1<<16; offset = max(offset*2, 1<<10) {
		raw := make([]byte, pageHeader+metaLength)
		if _, err := file.ReadAt(raw, offset); err != nil {
			break
		}
		meta := raw[pageHeader:]
		if !validMeta(meta, offset) {
			continue
		}
		if newest == nil || order.Uint64(meta[48:]) > order.Uint64(newest[48:]) {
			newest = meta
		}
	}
	if newest == nil {
		return nil, fmt.Errorf("%w: neither of its two first pages is that of a bbolt file; name another file, or restore this one from a copy",
			state.ErrCorrupt)
	}
	return newest, nil
}

func validMeta(meta []byte, offset int64) bool {
	sum := fnv.New64a()
	sum.Write(meta[:56])
	size := int64(order.Uint32(meta[8:]))
	return order.Uint32(meta) == metaMagic && order.Uint32(meta[4:]) == metaVersion && order.Uint64(meta[56:]) == sum.Sum64() &&
		size >= 1<<10 && size <= 1<<16 && size&(size-1) == 0 && (offset == 0 || offset == size)
}

// tree checks the page id and all below it.
func (p *pages) tree(id uint64, keys keyRange, depth int) error {
	if depth > maxDepth {
		return p.damaged(id, "it lies deeper than %d pages", maxDepth)
	}
	page, err := p.read(id)
	if err != nil {
		return err
	}
	return p.elements(id, page, keys, depth)
}

// read returns a page with its overflow, once: a page that two others lead to would be changed under both.
func (p *pages) read(id uint64) ([]byte, error) {
	if id < 2 || id >= p.count {
		return nil, p.damaged(id, "it is outside of the %d pages", p.count)
	}
	header := make([]byte, pageHeader)
	if _, err := p.file.ReadAt(header, int64(id*p.size)); err != nil {
		return nil, err
	}
	more := uint64(order.Uint32(header[12:]))
	if order.Uint64(header) != id || more >= p.count-id {
		return nil, p.damaged(id, "its header is that of page %d with %d more", order.Uint64(header), more)
	}
	for i := id; i <= id+more; i++ {
		if p.seen[i] {
			return nil, p.damaged(i, "it is used twice")
		}
		p.seen[i] = true
	}
	page := make([]byte, (more+1)*p.size)
	_, err := p.file.ReadAt(page, int64(id*p.size))
	return page, err
}

// elements checks the entries of a page, or of the small bucket that lies inside a leaf's value.
func (p *pages) elements(id uint64, page []byte, keys keyRange, depth int) error {
	flags, count := order.Uint16(page[8:]), int(order.Uint16(page[10:]))
	if flags != branchPage && flags != leafPage {
		return p.damaged(id, "it is of the unknown type %#x", flags)
	}
	if flags == branchPage && count == 0 || pageHeader+count*elementHeader > len(page) {
		return p.damaged(id, "it can't have %d elements", count)
	}
	all := make([]element, count)
	for i := range all {
		var ok bool
		if all[i], ok = cut(page, i, flags); !ok {
			return p.damaged(id, "its element %d leads out of it", i)
		}
		key := all[i].key
		if len(key) == 0 || !keys.has(key) || i > 0 && bytes.Compare(key, all[i-1].key) <= 0 {
			return p.damaged(id, "its element %d is out of order", i)
		}
	}
	for i, e := range all {
		var err error
		switch {
		case flags == branchPage && i+1 < count:
			err = p.tree(e.page, keyRange{e.key, all[i+1].key}, depth+1)
		case flags == branchPage:
			err = p.tree(e.page, keyRange{e.key, keys.limit}, depth+1)
		case e.flags == bucketElement:
			err = p.bucket(id, e.value, depth+1)
		case e.flags != 0:
			err = p.damaged(id, "its element %d is of the unknown type %#x", i, e.flags)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

type element struct {
	key, value []byte
	page       uint64 // of a branch
	flags      uint32 // of a leaf
}

// cut takes element i out of a page, unless it is not inside of it.
func cut(page []byte, i int, flags uint16) (e element, ok bool) {
	at := uint64(pageHeader + i*elementHeader)
	head := page[at : at+elementHeader]
	position, keySize, valueSize := uint64(order.Uint32(head)), uint64(order.Uint32(head[4:])), uint64(0)
	if flags == leafPage {
		e.flags = order.Uint32(head)
		position, keySize, valueSize = uint64(order.Uint32(head[4:])), uint64(order.Uint32(head[8:])), uint64(order.Uint32(head[12:]))
	} else {
		e.page = order.Uint64(head[8:])
	}
	if position < elementHeader || at+position+keySize+valueSize > uint64(len(page)) {
		return element{}, false
	}
	e.key = page[at+position:][:keySize]
	e.value = page[at+position+keySize:][:valueSize]
	return e, true
}

// bucket checks a bucket by its header, which is followed by the bucket's only page if that is small.
func (p *pages) bucket(id uint64, value []byte, depth int) error {
	if depth > maxDepth || len(value) < bucketHeader {
		return p.damaged(id, "a bucket in it is no bucket")
	}
	if root := order.Uint64(value); root != 0 {
		return p.tree(root, keyRange{}, depth+1)
	}
	inline := value[bucketHeader:]
	if len(inline) < pageHeader || order.Uint16(inline[8:]) != leafPage || order.Uint64(inline) != 0 {
		return p.damaged(id, "a bucket in it is no bucket")
	}
	return p.elements(id, inline, keyRange{}, depth+1)
}

func (p *pages) damaged(id uint64, format string, args ...any) error {
	return fmt.Errorf("%w: page %d is damaged: %s; restore the file from a copy", state.ErrCorrupt, id, fmt.Sprintf(format, args...))
}
