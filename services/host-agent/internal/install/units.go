package install

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sandpiper/services/host-agent/internal/machine"
	"sandpiper/services/host-agent/internal/unit"
)

// wantedUnit is a unit file, in the order of its start.
type wantedUnit struct{ name, text string }

// wantedUnits has the agent first: it ships what the others say.
func wantedUnits(spec machine.Spec, program unit.Program) []wantedUnit {
	units := []wantedUnit{{unit.AgentName, unit.Agent(spec)}}
	if len(spec.Secrets) > 0 {
		units = append(units, wantedUnit{unit.SecretsName, unit.Secrets(spec)})
	}
	return append(units, wantedUnit{unit.ServiceName(spec), unit.Service(spec, program)})
}

// ensureUnits writes what differs, removes units of ours that are no longer wanted, restarts what changed since it was
// last started, and starts what does not run. What was started with which text is remembered on disk, and not
// concluded from the files: a run may end between writing and starting.
func (i *Installer) ensureUnits(ctx context.Context, units []wantedUnit) error {
	applied := i.loadApplied()
	removed, err := i.removeOthers(ctx, units)
	if err != nil {
		return err
	}
	wanted := map[string]string{}
	var all, changed []string
	for _, one := range units {
		if _, err := writeFile(i.path(filepath.Join(unitsDirectory, one.name)), one.text); err != nil {
			return err
		}
		wanted[one.name] = digest(one.text)
		all = append(all, one.name)
		if applied[one.name] != wanted[one.name] {
			changed = append(changed, one.name)
		}
	}
	if removed || len(changed) > 0 {
		if err := i.systemctl(ctx, "daemon-reload"); err != nil {
			return err
		}
	}
	if len(changed) > 0 {
		if err := i.systemctl(ctx, append([]string{"enable", "--quiet"}, changed...)...); err != nil {
			return err
		}
		i.Log.Info("starting what changed", "units", changed)
		if err := i.systemctl(ctx, append([]string{"restart", "--no-block"}, changed...)...); err != nil {
			return err
		}
	}
	if idle := i.idle(ctx, all, changed); len(idle) > 0 {
		i.Log.Info("starting what does not run", "units", idle)
		if err := i.systemctl(ctx, append([]string{"start", "--no-block"}, idle...)...); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(wanted, "", "  ")
	if err != nil {
		return err
	}
	_, err = writeFile(i.appliedFile(), string(text)+"\n")
	return err
}

func (i *Installer) appliedFile() string {
	return i.path(filepath.Join(stateDirectory, "applied.json"))
}

func (i *Installer) loadApplied() map[string]string {
	applied := map[string]string{}
	if text, err := os.ReadFile(i.appliedFile()); err == nil && json.Unmarshal(text, &applied) != nil {
		return map[string]string{}
	}
	return applied
}

// removeOthers stops and removes units that carry our header and are not wanted.
func (i *Installer) removeOthers(ctx context.Context, units []wantedUnit) (removed bool, err error) {
	wanted := map[string]bool{}
	for _, one := range units {
		wanted[one.name] = true
	}
	files, err := filepath.Glob(i.path(filepath.Join(unitsDirectory, "*.service")))
	for _, file := range files {
		text, readErr := os.ReadFile(file)
		if name := filepath.Base(file); readErr == nil && !wanted[name] && strings.HasPrefix(string(text), unit.Header) {
			i.Log.Info("removing a unit that is no longer wanted", "unit", name)
			if err := i.systemctl(ctx, "disable", "--quiet", "--now", name); err != nil {
				return removed, err
			}
			if err := os.Remove(file); err != nil {
				return removed, err
			}
			removed = true
		}
	}
	return removed, err
}

// idle lists the units, but those just restarted, that neither run nor are about to.
func (i *Installer) idle(ctx context.Context, all, restarted []string) []string {
	skip := map[string]bool{}
	for _, name := range restarted {
		skip[name] = true
	}
	var idle []string
	for _, name := range all {
		if state := i.state(ctx, name); !skip[name] && (state == "inactive" || state == "failed") {
			idle = append(idle, name)
		}
	}
	return idle
}

// state is systemd's ActiveState; is-active exits with an error for all but "active", and says the state all the same.
func (i *Installer) state(ctx context.Context, name string) string {
	output, _ := i.Run(ctx, "systemctl", "is-active", name)
	return strings.TrimSpace(output)
}

func (i *Installer) systemctl(ctx context.Context, arguments ...string) error {
	_, err := i.Run(ctx, "systemctl", arguments...)
	return err
}

const activePoll = 250 * time.Millisecond

func (i *Installer) waitUntilActive(ctx context.Context, name string) error {
	deadline := time.Now().Add(i.WaitTimeout)
	for {
		state := i.state(ctx, name)
		if state == "active" {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%w: %s is %s after %s", ErrNotActive, name, state, i.WaitTimeout)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(activePoll):
		}
	}
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
