// Package artifact puts content-addressed objects onto the machine: whole and checked, or not at all.
package artifact

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"sandpiper/services/host-agent/internal/machine"
)

// ErrDigest says that the object is not what the spec names.
var ErrDigest = errors.New("SHA-256 differs")

// Objects opens an object of the cloud's object store.
type Objects interface {
	// Open opens one version of it; an empty version is the current one.
	Open(ctx context.Context, bucket, key, version string) (io.ReadCloser, error)
}

// ProgramName is the file that a binary artifact becomes.
const ProgramName = "program"

// Ensure makes directory/<sha256> hold the artifact and returns that path. What is there already, whole, is kept:
// changed is false. An interrupted earlier run leaves nothing but a temporary directory, which is removed.
func Ensure(ctx context.Context, objects Objects, directory string, artifact machine.Artifact) (path string, changed bool, err error) {
	path = filepath.Join(directory, artifact.SHA256)
	if whole(path, artifact) {
		return path, false, nil
	}
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return "", false, err
	}
	if err := removeUnfinished(directory); err != nil {
		return "", false, err
	}
	temporary, err := os.MkdirTemp(directory, unfinishedPrefix)
	if err != nil {
		return "", false, err
	}
	defer os.RemoveAll(temporary)
	if err := fill(ctx, objects, temporary, artifact); err != nil {
		return "", false, err
	}
	if err := os.RemoveAll(path); err != nil { // there, but not whole
		return "", false, err
	}
	if err := os.Rename(filepath.Join(temporary, "content"), path); err != nil {
		return "", false, err
	}
	return path, true, syncPath(directory)
}

// Sweep removes every artifact but the one to keep.
func Sweep(directory, keep string) error {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if path := filepath.Join(directory, entry.Name()); path != keep {
			if err := os.RemoveAll(path); err != nil {
				return err
			}
		}
	}
	return nil
}

const unfinishedPrefix = ".unfinished-"

func removeUnfinished(directory string) error {
	leftovers, err := filepath.Glob(filepath.Join(directory, unfinishedPrefix+"*"))
	for _, leftover := range leftovers {
		err = errors.Join(err, os.RemoveAll(leftover))
	}
	return err
}

// whole says whether the artifact is in place. A binary's bytes are read again; an archive's directory appears by
// one rename after every file was synced, so its being there is the proof.
func whole(path string, artifact machine.Artifact) bool {
	if artifact.Kind == "archive" {
		info, err := os.Lstat(path)
		return err == nil && info.IsDir()
	}
	file, err := os.Open(filepath.Join(path, ProgramName))
	if err != nil {
		return false
	}
	defer file.Close()
	digest := sha256.New()
	_, err = io.Copy(digest, file)
	return err == nil && hex.EncodeToString(digest.Sum(nil)) == artifact.SHA256
}

// fill downloads into temporary, checks, and makes temporary/content.
func fill(ctx context.Context, objects Objects, temporary string, artifact machine.Artifact) error {
	download := filepath.Join(temporary, "download")
	if err := fetch(ctx, objects, artifact.StoredObject, download); err != nil {
		return err
	}
	content := filepath.Join(temporary, "content")
	if err := os.Mkdir(content, 0o755); err != nil {
		return err
	}
	if artifact.Kind == "archive" {
		return Unpack(download, content)
	}
	program := filepath.Join(content, ProgramName)
	if err := os.Chmod(download, 0o755); err != nil {
		return err
	}
	if err := os.Rename(download, program); err != nil {
		return err
	}
	return syncPath(content)
}

func fetch(ctx context.Context, objects Objects, object machine.StoredObject, path string) error {
	body, err := objects.Open(ctx, object.Bucket, object.Key, object.Version)
	if err != nil {
		return err
	}
	defer body.Close()
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	digest := sha256.New()
	if _, err := io.Copy(io.MultiWriter(file, digest), body); err != nil {
		return fmt.Errorf("download of %s/%s broke off: %w", object.Bucket, object.Key, err)
	}
	if got := hex.EncodeToString(digest.Sum(nil)); got != object.SHA256 {
		return fmt.Errorf("%w: %s/%s is %s, the spec says %s", ErrDigest, object.Bucket, object.Key, got, object.SHA256)
	}
	return errors.Join(file.Sync(), file.Close())
}

func syncPath(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	defer directory.Close()
	return directory.Sync()
}
