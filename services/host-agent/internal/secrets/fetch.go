// Package secrets brings secret values from the cloud to the one process that needs them. No value is ever logged.
package secrets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"

	"sandpiper/services/host-agent/internal/machine"
	"sandpiper/services/host-agent/internal/retry"
)

// Directory holds one file a secret, named after its variable.
const Directory = "/run/sandpiper/secrets"

// Reader is the cloud's secret manager.
type Reader interface {
	Read(ctx context.Context, id, version string) ([]byte, error)
}

// Fetch writes every secret into directory, 0700 with files 0400, and removes what is not in the list. It tries each
// for as long as ctx lasts.
func Fetch(ctx context.Context, reader Reader, list []machine.Secret, directory string, policy retry.Policy, log *slog.Logger) error {
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return err
	}
	if err := os.Chmod(directory, 0o700); err != nil {
		return err
	}
	if err := removeOthers(directory, list); err != nil {
		return err
	}
	for _, secret := range list {
		err := retry.Do(ctx, policy, log, "read secret of "+secret.Variable, func(ctx context.Context) error {
			value, err := reader.Read(ctx, secret.ID, secret.Version)
			if err != nil {
				return err
			}
			if bytes.IndexByte(value, 0) >= 0 {
				return fmt.Errorf("secret %s holds a NUL byte: it cannot be an environment variable", secret.ID)
			}
			return write(filepath.Join(directory, secret.Variable), value)
		})
		if err != nil {
			return err
		}
		log.Info("secret is in place", "variable", secret.Variable, "id", secret.ID, "version", secret.Version)
	}
	return nil
}

func write(path string, value []byte) error {
	temporary := path + ".new" // "." is in no variable's name
	if err := os.Remove(temporary); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(temporary, value, 0o400); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}

func removeOthers(directory string, list []machine.Secret) error {
	wanted := map[string]bool{}
	for _, secret := range list {
		wanted[secret.Variable] = true
	}
	entries, err := os.ReadDir(directory)
	for _, entry := range entries {
		if !wanted[entry.Name()] {
			err = errors.Join(err, os.RemoveAll(filepath.Join(directory, entry.Name())))
		}
	}
	return err
}

// Magic numbers of statfs(2).
const (
	tmpfsMagic = 0x01021994
	ramfsMagic = 0x858458f6
)

// RequireMemory refuses a directory on a disk: what was once written there can be read from it later. The directory's
// nearest existing parent is asked.
func RequireMemory(directory string) error {
	for ; ; directory = filepath.Dir(directory) {
		var stat syscall.Statfs_t
		err := syscall.Statfs(directory, &stat)
		if errors.Is(err, syscall.ENOENT) && directory != "/" {
			continue
		}
		if err != nil {
			return err
		}
		if kind := uint32(stat.Type); kind != tmpfsMagic && kind != ramfsMagic {
			return fmt.Errorf("%s is not in memory (tmpfs): no secret is written there", directory)
		}
		return nil
	}
}
