package agent

import (
	"archive/tar"
	"archive/zip"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// Bounds of what one archive may unpack to: an archive of a few bytes can hold petabytes.
const (
	maxUnpacked = 16 << 30
	maxEntries  = 1 << 20
)

// extract unpacks an archive that lies in the sandbox, by its name's ending; a file with another ending is
// left as it is. The archive stays.
func extract(ctx context.Context, root *os.Root, name string) error {
	has := func(suffixes ...string) bool {
		for _, s := range suffixes {
			if strings.HasSuffix(name, s) {
				return true
			}
		}
		return false
	}
	if has(".tar.xz", ".txz") {
		return errors.New("the minicluster can't unpack xz: use gzip or bzip2, or set extract to false")
	}
	if !has(".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".gz", ".zip") {
		return nil
	}
	f, err := root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	u := &unpacker{ctx: ctx, root: root, dir: path.Dir(name), bytes: maxUnpacked, entries: maxEntries}
	switch {
	case has(".zip"):
		return u.zip(f)
	case has(".tar"):
		return u.tar(f)
	case has(".tbz2", ".tar.bz2"):
		return u.tar(bzip2.NewReader(f))
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	if has(".tgz", ".tar.gz") {
		return u.tar(z)
	}
	return u.file(path.Base(strings.TrimSuffix(name, ".gz")), 0o644, z)
}

// unpacker writes the entries of one archive into a folder of the sandbox.
type unpacker struct {
	ctx     context.Context //nolint:containedctx // lives for one call
	root    *os.Root        // the sandbox: it lets nothing out, links included
	dir     string          // where the archive lies
	bytes   int64           // may still be written
	entries int             // may still come
}

// place is where an entry goes. An entry that names a place outside is refused, not bent.
func (u *unpacker) place(name string) (string, error) {
	if u.entries--; u.entries < 0 {
		return "", fmt.Errorf("the archive has more than %d entries", maxEntries)
	}
	if path.IsAbs(name) || strings.Contains(name, "\\") || !localSlash(name) {
		return "", fmt.Errorf("the archive's entry %q lies outside of the sandbox", name)
	}
	return path.Join(u.dir, name), nil
}

// localSlash reports whether a path with slashes stays below where it starts.
func localSlash(name string) bool {
	clean := path.Clean(name)
	return clean != ".." && !strings.HasPrefix(clean, "../")
}

func (u *unpacker) file(name string, mode os.FileMode, in io.Reader) error {
	target, err := u.place(name)
	if err != nil {
		return err
	}
	if err := u.root.MkdirAll(path.Dir(target), sandboxMode); err != nil {
		return err
	}
	limited := &io.LimitedReader{R: in, N: u.bytes + 1}
	if err := writeTo(u.ctx, u.root, target, mode.Perm(), limited); err != nil {
		return err
	}
	if u.bytes = limited.N - 1; u.bytes < 0 {
		return fmt.Errorf("the archive unpacks to more than %d bytes", int64(maxUnpacked))
	}
	return nil
}

func (u *unpacker) folder(name string) error {
	target, err := u.place(name)
	if err != nil {
		return err
	}
	return u.root.MkdirAll(target, sandboxMode)
}

// link makes a symbolic link. Where it leads is checked when it is used, by the root.
func (u *unpacker) link(name, to string) error {
	target, err := u.place(name)
	if err != nil {
		return err
	}
	if path.IsAbs(to) || !localSlash(path.Join(path.Dir(name), to)) {
		return fmt.Errorf("the archive's link %q leads outside of the sandbox, to %q", name, to)
	}
	if err := u.root.MkdirAll(path.Dir(target), sandboxMode); err != nil {
		return err
	}
	return u.root.Symlink(to, target)
}

func (u *unpacker) tar(in io.Reader) error {
	for r := tar.NewReader(in); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch h.Typeflag {
		case tar.TypeReg:
			err = u.file(h.Name, h.FileInfo().Mode(), r)
		case tar.TypeDir:
			err = u.folder(h.Name)
		case tar.TypeSymlink:
			err = u.link(h.Name, h.Linkname)
		case tar.TypeLink:
			err = u.hardLink(h.Name, h.Linkname)
		case tar.TypeXGlobalHeader:
		default:
			err = fmt.Errorf("the archive's entry %q is of type %q: only files, folders and links are unpacked", h.Name, h.Typeflag)
		}
		if err != nil {
			return err
		}
	}
}

// hardLink makes a second name for a file that was unpacked before.
func (u *unpacker) hardLink(name, old string) error {
	target, err := u.place(name)
	if err != nil {
		return err
	}
	source, err := u.place(old)
	if err != nil {
		return err
	}
	return u.root.Link(source, target)
}

func (u *unpacker) zip(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	r, err := zip.NewReader(f, info.Size())
	if err != nil {
		return err
	}
	for _, entry := range r.File {
		if err := u.zipEntry(entry); err != nil {
			return err
		}
	}
	return nil
}

func (u *unpacker) zipEntry(entry *zip.File) error {
	if strings.HasSuffix(entry.Name, "/") {
		return u.folder(entry.Name)
	}
	in, err := entry.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	if entry.Mode()&os.ModeSymlink == 0 {
		return u.file(entry.Name, entry.Mode(), in)
	}
	to, err := io.ReadAll(io.LimitReader(in, 4096))
	if err != nil {
		return err
	}
	return u.link(entry.Name, string(to))
}
