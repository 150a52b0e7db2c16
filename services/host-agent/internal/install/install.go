// Package install makes a machine what its spec says. Each step looks before it writes, so that a second run changes
// nothing, and a run that was cut off is completed by the next.
package install

import (
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"sandpiper/services/host-agent/internal/artifact"
	"sandpiper/services/host-agent/internal/machine"
	"sandpiper/services/host-agent/internal/retry"
	"sandpiper/services/host-agent/internal/unit"
)

var (
	// ErrNotActive says that all is in place and systemd still tries to start the service.
	ErrNotActive = errors.New("the service is not active yet")
	// ErrUnavailable says that the cloud did not give the artifact.
	ErrUnavailable = errors.New("the artifact could not be fetched")
)

// Installer holds what an installation touches. Root is "/", but in tests.
type Installer struct {
	Root    string
	Objects artifact.Objects
	// AgentPath is the running agent, as seen from Root.
	AgentPath string
	// Run runs a program and returns its standard output.
	Run func(ctx context.Context, name string, arguments ...string) (string, error)
	// UserExists asks the machine's user database.
	UserExists func(name string) bool
	Retry      retry.Policy
	// FetchTimeout bounds the tries to fetch the artifact; WaitTimeout the wait for the service to be active.
	FetchTimeout, WaitTimeout time.Duration
	Log                       *slog.Logger
}

const (
	artifactsDirectory = "/opt/sandpiper/artifacts"
	unitsDirectory     = "/etc/systemd/system"
	sysusersFile       = "/etc/sysusers.d/sandpiper.conf"
	stateDirectory     = "/var/lib/sandpiper"
)

func (i *Installer) path(path string) string { return filepath.Join(i.Root, path) }

// Install does all steps. On an error nothing of the service was started that is not whole.
func (i *Installer) Install(ctx context.Context, spec machine.Spec) error {
	unlock, err := lock(i.path(stateDirectory))
	if err != nil {
		return err
	}
	defer unlock()
	if err := i.checkAgent(spec); err != nil {
		return err
	}
	if err := i.ensureUsers(ctx, spec); err != nil {
		return err
	}
	program, err := i.ensureArtifact(ctx, spec)
	if err != nil {
		return err
	}
	if err := i.linkAgent(); err != nil {
		return err
	}
	if err := i.ensureUnits(ctx, wantedUnits(spec, program)); err != nil {
		return err
	}
	if err := i.waitUntilActive(ctx, unit.ServiceName(spec)); err != nil {
		return err
	}
	return artifact.Sweep(i.path(artifactsDirectory), i.path(program.Directory))
}

// checkAgent refuses to install with another agent than the spec's: units would run what nobody checked.
func (i *Installer) checkAgent(spec machine.Spec) error {
	file, err := os.Open(i.path(i.AgentPath))
	if err != nil {
		return err
	}
	defer file.Close()
	digest := sha256.New()
	if _, err := io.Copy(digest, file); err != nil {
		return err
	}
	if got := hex.EncodeToString(digest.Sum(nil)); got != spec.HostAgent.SHA256 {
		return fmt.Errorf("%w: this agent is %s, the spec says %s", artifact.ErrDigest, got, spec.HostAgent.SHA256)
	}
	return nil
}

func (i *Installer) ensureArtifact(ctx context.Context, spec machine.Spec) (unit.Program, error) {
	ctx, cancel := context.WithTimeout(ctx, i.FetchTimeout)
	defer cancel()
	var directory string
	err := retry.Do(ctx, i.Retry, i.Log, "fetch the artifact", func(ctx context.Context) error {
		path, changed, err := artifact.Ensure(ctx, i.Objects, i.path(artifactsDirectory), spec.Artifact)
		if errors.Is(err, artifact.ErrDigest) || errors.Is(err, artifact.ErrArchive) {
			return retry.Permanent(err)
		}
		if changed {
			i.Log.Info("artifact is in place", "path", path)
		}
		directory = path
		return err
	})
	switch {
	case errors.Is(err, artifact.ErrDigest) || errors.Is(err, artifact.ErrArchive):
		return unit.Program{}, err
	case err != nil:
		return unit.Program{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	file := filepath.Join(directory, spec.Command[0])
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
		return unit.Program{}, fmt.Errorf("%w: command[0] %q is no executable file of the artifact", machine.ErrRefused, spec.Command[0])
	}
	// A Go program never writes code at run time; of others nothing is known.
	_, notGo := buildinfo.ReadFile(file)
	return unit.Program{Directory: filepath.Join(artifactsDirectory, spec.Artifact.SHA256), NoJIT: notGo == nil}, nil
}

// linkAgent points /opt/sandpiper/bin/host-agent at the running agent.
func (i *Installer) linkAgent() error {
	link := i.path(unit.AgentPath)
	if target, err := os.Readlink(link); err == nil && target == i.AgentPath {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		return err
	}
	temporary := link + ".new"
	if err := os.Remove(temporary); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Symlink(i.AgentPath, temporary); err != nil {
		return err
	}
	return os.Rename(temporary, link)
}
