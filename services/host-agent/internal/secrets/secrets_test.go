package secrets

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sandpiper/services/host-agent/internal/machine"
	"sandpiper/services/host-agent/internal/retry"
)

type reader func(id, version string) ([]byte, error)

func (r reader) Read(_ context.Context, id, version string) ([]byte, error) { return r(id, version) }

func TestFetchWritesForRootOnlyAndLogsNoValue(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "secrets")
	if err := errors.Join(os.Mkdir(directory, 0o755), os.WriteFile(filepath.Join(directory, "OLD"), []byte("x"), 0o600)); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	failures := 2
	from := reader(func(id, version string) ([]byte, error) {
		if failures--; failures >= 0 {
			return nil, errors.New("away")
		}
		return []byte("value of " + id + version + "\n"), nil
	})
	list := []machine.Secret{{Variable: "A", ID: "a", Version: "1"}, {Variable: "B", ID: "b"}}
	for range 2 { // the second time over what the first wrote
		err := Fetch(context.Background(), from, list, directory, retry.Policy{First: 1, Longest: 1}, slog.New(slog.NewJSONHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
	}
	entries, _ := os.ReadDir(directory)
	if len(entries) != 2 {
		t.Errorf("there are %v", entries)
	}
	for name, want := range map[string]string{"A": "value of a1\n", "B": "value of b\n"} {
		value, err := os.ReadFile(filepath.Join(directory, name))
		info, _ := os.Stat(filepath.Join(directory, name))
		if err != nil || string(value) != want || info.Mode() != 0o400 {
			t.Errorf("%s is %q %v, %v", name, value, info.Mode(), err)
		}
	}
	if info, _ := os.Stat(directory); info.Mode().Perm() != 0o700 {
		t.Errorf("directory is %v", info.Mode())
	}
	if strings.Contains(log.String(), "value of") {
		t.Errorf("logged: %s", log.String())
	}
}

func TestFetchDoesNotWriteANul(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	from := reader(func(string, string) ([]byte, error) { return []byte("hidden\x00value"), nil })
	var log bytes.Buffer
	err := Fetch(ctx, from, []machine.Secret{{Variable: "A", ID: "a"}}, t.TempDir(), retry.Policy{First: time.Millisecond, Longest: time.Millisecond}, slog.New(slog.NewJSONHandler(&log, nil)))
	if err == nil || strings.Contains(err.Error()+log.String(), "hidden") {
		t.Errorf("says %v, logs %s", err, log.String())
	}
}

func TestCredentialsBecomeVariables(t *testing.T) {
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, "APP_JWT_SECRET"), []byte("a=b\nc"), 0o400); err != nil {
		t.Fatal(err)
	}
	got, err := withCredentials([]string{"PATH=/bin", "CREDENTIALS_DIRECTORY=" + directory}, directory)
	if err != nil || !slices.Equal(got, []string{"PATH=/bin", "APP_JWT_SECRET=a=b\nc"}) {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := withCredentials([]string{"A=b"}, ""); err != nil || !slices.Equal(got, []string{"A=b"}) {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := withCredentials(nil, filepath.Join(directory, "none")); err == nil {
		t.Error("a missing directory is no error")
	}
}

func TestRequireMemory(t *testing.T) {
	if err := RequireMemory("/dev/shm/sandpiper/secrets"); err != nil {
		t.Errorf("/dev/shm: %v", err)
	}
	if err := RequireMemory("/proc/self"); err == nil {
		t.Error("/proc is taken for memory")
	}
}
