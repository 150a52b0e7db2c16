package artifact

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
)

// Bounds of an archive: far above any program, below what fills a machine's disk by mistake.
const (
	maximumUnpackedBytes = 8 << 30
	maximumEntries       = 500_000
)

// ErrArchive marks an archive that must not be unpacked.
var ErrArchive = errors.New("archive refused")

func refuse(name, reason string) error { return fmt.Errorf("%w: %q %s", ErrArchive, name, reason) }

// Unpack unpacks a .tar.gz into an empty directory. Files, directories and links that stay inside are made; a path
// out of the directory, a device, a fifo or a socket refuses the archive. Owners, set-id bits and times are not kept.
func Unpack(archive, directory string) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return fmt.Errorf("%w: not gzip: %w", ErrArchive, err)
	}
	root, err := os.OpenRoot(directory) // no operation on it leaves the directory, whatever links were made before
	if err != nil {
		return err
	}
	defer root.Close()
	reader := tar.NewReader(unzipped)
	left := int64(maximumUnpackedBytes)
	for entries := 0; ; entries++ {
		header, err := reader.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrArchive, err)
		}
		if left -= header.Size; entries >= maximumEntries || left < 0 {
			return refuse(header.Name, "is beyond the size that is unpacked")
		}
		if err := unpackEntry(root, reader, header); err != nil {
			return err
		}
	}
	return syncPath(directory)
}

func unpackEntry(root *os.Root, reader io.Reader, header *tar.Header) error {
	name := path.Clean(header.Name)
	if header.Typeflag == tar.TypeXGlobalHeader || name == "." {
		return nil
	}
	if !filepath.IsLocal(name) {
		return refuse(header.Name, "points out of the archive")
	}
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return refuse(header.Name, err.Error())
	}
	switch header.Typeflag {
	case tar.TypeDir:
		return root.MkdirAll(name, 0o755)
	case tar.TypeReg:
		return unpackFile(root, reader, name, header)
	case tar.TypeSymlink:
		if path.IsAbs(header.Linkname) || !filepath.IsLocal(path.Join(path.Dir(name), header.Linkname)) {
			return refuse(header.Name, "is a link that points out of the archive")
		}
		return root.Symlink(header.Linkname, name)
	case tar.TypeLink:
		target := path.Clean(header.Linkname)
		if !filepath.IsLocal(target) {
			return refuse(header.Name, "is a link that points out of the archive")
		}
		return root.Link(target, name)
	}
	return refuse(header.Name, "is neither file, directory nor link")
}

func unpackFile(root *os.Root, reader io.Reader, name string, header *tar.Header) error {
	mode := os.FileMode(0o644)
	if header.Mode&0o111 != 0 {
		mode = 0o755
	}
	file, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return refuse(header.Name, err.Error())
	}
	defer file.Close()
	if _, err := io.Copy(file, reader); err != nil {
		return err
	}
	return errors.Join(file.Chmod(mode), file.Sync(), file.Close())
}
