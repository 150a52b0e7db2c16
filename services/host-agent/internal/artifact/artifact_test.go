package artifact

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"sandpiper/services/host-agent/internal/machine"
)

type objects struct {
	content []byte
	opened  int
}

func (o *objects) Open(context.Context, string, string, string) (io.ReadCloser, error) {
	o.opened++
	return io.NopCloser(bytes.NewReader(o.content)), nil
}

func named(kind string, content []byte) machine.Artifact {
	sum := sha256.Sum256(content)
	return machine.Artifact{StoredObject: machine.StoredObject{Bucket: "b", Key: "k", SHA256: hex.EncodeToString(sum[:])}, Kind: kind}
}

func archive(t *testing.T, headers ...tar.Header) []byte {
	t.Helper()
	var text bytes.Buffer
	zipped := gzip.NewWriter(&text)
	writer := tar.NewWriter(zipped)
	for _, header := range headers {
		content := []byte("content of " + header.Name)
		if header.Typeflag == tar.TypeReg {
			header.Size = int64(len(content))
		}
		if err := writer.WriteHeader(&header); err != nil {
			t.Fatal(err)
		}
		if header.Typeflag == tar.TypeReg {
			if _, err := writer.Write(content); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := errors.Join(writer.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

func file(name string, mode int64) tar.Header {
	return tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode}
}

func link(name, target string) tar.Header {
	return tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777}
}

func TestEnsureBinary(t *testing.T) {
	directory := t.TempDir()
	store := &objects{content: []byte("program")}
	wanted := named("binary", store.content)
	path, changed, err := Ensure(context.Background(), store, directory, wanted)
	if err != nil || !changed {
		t.Fatalf("first: %t, %v", changed, err)
	}
	if info, err := os.Stat(filepath.Join(path, ProgramName)); err != nil || info.Mode() != 0o755 {
		t.Errorf("program: %v, %v", info, err)
	}
	if _, changed, err := Ensure(context.Background(), store, directory, wanted); changed || err != nil || store.opened != 1 {
		t.Errorf("second: changed %t, %v, fetched %d times", changed, err, store.opened)
	}
	if err := os.WriteFile(filepath.Join(path, ProgramName), []byte("damaged"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, changed, err := Ensure(context.Background(), store, directory, wanted); !changed || err != nil {
		t.Errorf("a damaged program is not replaced: %t, %v", changed, err)
	}
}

func TestEnsureLeavesNothingOfWhatItRefuses(t *testing.T) {
	for name, artifact := range map[string]machine.Artifact{
		"another digest": named("binary", []byte("else")),
		"no archive":     named("archive", []byte("x")),
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			_, _, err := Ensure(context.Background(), &objects{content: []byte("x")}, directory, artifact)
			if !errors.Is(err, ErrDigest) && !errors.Is(err, ErrArchive) {
				t.Errorf("says %v", err)
			}
			if left, _ := os.ReadDir(directory); len(left) != 0 {
				t.Errorf("leaves %v", left)
			}
		})
	}
}

func TestEnsureClearsAwayWhatAnInterruptedRunLeft(t *testing.T) {
	directory := t.TempDir()
	if err := os.Mkdir(filepath.Join(directory, ".unfinished-1"), 0o700); err != nil {
		t.Fatal(err)
	}
	content := archive(t, file("bin/server", 0o755), link("current", "bin/server"), file("notes", 0o666))
	path, _, err := Ensure(context.Background(), &objects{content: content}, directory, named("archive", content))
	if err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{"bin/server": 0o755, "current": 0o755, "notes": 0o644} {
		if info, err := os.Stat(filepath.Join(path, name)); err != nil || info.Mode() != mode {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if left, _ := os.ReadDir(directory); len(left) != 1 {
		t.Errorf("leaves %v", left)
	}
}

func TestUnpackRefuses(t *testing.T) {
	for name, headers := range map[string][]tar.Header{
		"a parent":                 {file("../evil", 0o644)},
		"a parent in the middle":   {file("a/../../evil", 0o644)},
		"an absolute path":         {file("/evil", 0o644)},
		"an absolute link":         {link("a", "/etc/passwd")},
		"a link out":               {link("a", "../evil")},
		"a link out, from within":  {link("a/b/c", "../../../evil")},
		"a way through a link":     {link("a", "b/.."), link("a2", "a/../.."), file("a2/evil", 0o644)},
		"a hard link out":          {{Typeflag: tar.TypeLink, Name: "a", Linkname: "../evil"}},
		"a character device":       {{Typeflag: tar.TypeChar, Name: "null", Devmajor: 1, Devminor: 3}},
		"a block device":           {{Typeflag: tar.TypeBlock, Name: "disk"}},
		"a fifo":                   {{Typeflag: tar.TypeFifo, Name: "pipe"}},
		"a file twice":             {file("a", 0o644), file("a", 0o644)},
		"a file in place of a dir": {file("a", 0o644), file("a/b", 0o644)},
	} {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			source, target := filepath.Join(parent, "a.tar.gz"), filepath.Join(parent, "in")
			if err := errors.Join(os.WriteFile(source, archive(t, headers...), 0o600), os.Mkdir(target, 0o755)); err != nil {
				t.Fatal(err)
			}
			if err := Unpack(source, target); !errors.Is(err, ErrArchive) {
				t.Errorf("says %v", err)
			}
			if _, err := os.Lstat(filepath.Join(parent, "evil")); err == nil {
				t.Error("wrote outside")
			}
		})
	}
}

func TestUnpackDropsSetIdBits(t *testing.T) {
	parent := t.TempDir()
	source, target := filepath.Join(parent, "a.tar.gz"), filepath.Join(parent, "in")
	if err := errors.Join(os.WriteFile(source, archive(t, file("su", 0o4755)), 0o600), os.Mkdir(target, 0o755)); err != nil {
		t.Fatal(err)
	}
	if err := Unpack(source, target); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(filepath.Join(target, "su")); info.Mode() != 0o755 {
		t.Errorf("mode is %v", info.Mode())
	}
}
