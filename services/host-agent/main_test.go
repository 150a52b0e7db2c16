package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"sandpiper/services/host-agent/internal/artifact"
	"sandpiper/services/host-agent/internal/install"
	"sandpiper/services/host-agent/internal/machine"
)

func TestExitCodes(t *testing.T) {
	for code, err := range map[int]error{
		64: errUsage, 65: machine.ErrRefused, 69: install.ErrUnavailable, 75: install.ErrNotActive, 71: errors.New("disk full"),
	} {
		if got := exitCode(fmt.Errorf("wrapped: %w", err)); got != code {
			t.Errorf("%v exits with %d, want %d", err, got, code)
		}
	}
	if got := exitCode(fmt.Errorf("%w: %w", artifact.ErrDigest, artifact.ErrArchive)); got != 65 {
		t.Errorf("a refused artifact exits with %d", got)
	}
}

func TestWrongCommandLines(t *testing.T) {
	for _, arguments := range [][]string{{}, {"instal"}, {"install"}, {"secrets"}, {"serve", "--spec", "x", "y"}, {"exec"}, {"exec", "--"}, {"exec", "/bin/true"}} {
		if err := run(context.Background(), arguments, slog.New(slog.DiscardHandler)); !errors.Is(err, errUsage) {
			t.Errorf("%v: %v", arguments, err)
		}
	}
}

func TestSpecOfAnotherVersionIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "machine.json")
	if err := os.WriteFile(path, []byte(`{"schemaVersion":2}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"install", "secrets", "serve"} {
		if err := run(context.Background(), []string{command, "--spec", path}, slog.New(slog.DiscardHandler)); exitCode(err) != exitRefused {
			t.Errorf("%s: %v", command, err)
		}
	}
}

// The test binary stands in for the agent: it becomes sh, which says what it was given.
func TestExecBecomesTheCommand(t *testing.T) {
	if os.Getenv("BECOME") != "" {
		t.Fatal(run(context.Background(), []string{"exec", "--", "/bin/sh", "-c", `printf %s "$APP_JWT_SECRET$CREDENTIALS_DIRECTORY$$"`}, slog.New(slog.DiscardHandler)))
	}
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, "APP_JWT_SECRET"), []byte("sekret"), 0o400); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(os.Args[0], "-test.run=^TestExecBecomesTheCommand$")
	command.Env = append(os.Environ(), "BECOME=1", "CREDENTIALS_DIRECTORY="+directory)
	output, err := command.Output()
	if want := fmt.Sprintf("sekret%d", command.Process.Pid); err != nil || string(output) != want {
		t.Errorf("says %q, %v; want %q", output, err, want)
	}
}
