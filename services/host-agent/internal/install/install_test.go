package install

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sandpiper/services/host-agent/internal/artifact"
	"sandpiper/services/host-agent/internal/machine"
	"sandpiper/services/host-agent/internal/retry"
	"sandpiper/services/host-agent/internal/unit"
)

// host is a machine in a directory: what its systemd was told, and what runs.
type host struct {
	root     string
	program  []byte
	fetchErr error
	failOn   string
	commands []string
	active   map[string]bool
	users    map[string]bool
}

func newHost(t *testing.T) *host {
	t.Helper()
	h := &host{root: t.TempDir(), program: []byte("program 1"), active: map[string]bool{}, users: map[string]bool{"root": true, "www-data": true}}
	agent := filepath.Join(h.root, agentPath)
	if err := errors.Join(os.MkdirAll(filepath.Dir(agent), 0o755), os.WriteFile(agent, []byte("agent"), 0o755)); err != nil {
		t.Fatal(err)
	}
	return h
}

const agentPath = "/opt/sandpiper/agent/x/host-agent"

func (h *host) Open(context.Context, string, string, string) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(h.program)), h.fetchErr
}

func (h *host) run(_ context.Context, name string, arguments ...string) (string, error) {
	if name == "systemd-sysusers" {
		h.users["user-api"], h.users[unit.AgentUser] = true, true
	}
	if arguments[0] == "is-active" {
		if h.active[arguments[1]] {
			return "active\n", nil
		}
		return "inactive\n", errors.New("exit status 3")
	}
	line := strings.Join(append([]string{name}, arguments...), " ")
	h.commands = append(h.commands, strings.ReplaceAll(line, h.root, ""))
	if h.failOn != "" && strings.Contains(line, h.failOn) {
		return "", errors.New("systemd says no")
	}
	if arguments[0] == "restart" || arguments[0] == "start" {
		for _, name := range arguments[1:] {
			h.active[name] = true
		}
	}
	return "", nil
}

func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

func (h *host) spec() machine.Spec {
	return machine.Spec{
		SchemaVersion: 1, Cloud: "aws", Region: "r", Service: "user-api", Profile: machine.ProfileService,
		HostAgent: machine.StoredObject{Bucket: "b", Key: "a", SHA256: digestOf([]byte("agent"))},
		Artifact:  machine.Artifact{StoredObject: machine.StoredObject{Bucket: "b", Key: "k", SHA256: digestOf(h.program)}, Kind: "binary"},
		Command:   []string{"./program"}, Variables: map[string]string{"PORT": "3000"},
		Secrets: []machine.Secret{{Variable: "APP_JWT_SECRET", ID: "x"}}, Port: 3000,
	}
}

func (h *host) install(spec machine.Spec) error {
	h.commands = nil
	installer := Installer{
		Root: h.root, Objects: h, AgentPath: agentPath, Run: h.run,
		UserExists: func(name string) bool { return h.users[name] },
		Retry:      retry.Policy{First: time.Millisecond, Longest: time.Millisecond}, FetchTimeout: 20 * time.Millisecond,
		Log: slog.New(slog.DiscardHandler),
	}
	return installer.Install(context.Background(), spec)
}

// files lists every file with its content and time, to see that nothing was touched.
func (h *host) files(t *testing.T) []string {
	t.Helper()
	var all []string
	err := filepath.Walk(h.root, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			content, _ := os.ReadFile(path)
			all = append(all, path+" "+info.ModTime().String()+" "+digestOf(content))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func expectCommands(t *testing.T, h *host, want ...string) {
	t.Helper()
	if !slices.Equal(h.commands, want) {
		t.Errorf("ran\n\t%s\nwant\n\t%s", strings.Join(h.commands, "\n\t"), strings.Join(want, "\n\t"))
	}
}

const everything = "sandpiper-agent.service sandpiper-secrets.service user-api.service"

func TestFirstInstall(t *testing.T) {
	h := newHost(t)
	if err := h.install(h.spec()); err != nil {
		t.Fatal(err)
	}
	expectCommands(t, h, "systemd-sysusers /etc/sysusers.d/sandpiper.conf", "systemctl daemon-reload",
		"systemctl enable --quiet "+everything, "systemctl restart --no-block "+everything)
	if target, err := os.Readlink(filepath.Join(h.root, unit.AgentPath)); target != agentPath {
		t.Errorf("the agent's link is %q, %v", target, err)
	}
}

func TestSecondInstallChangesNothing(t *testing.T) {
	h := newHost(t)
	if err := h.install(h.spec()); err != nil {
		t.Fatal(err)
	}
	before := h.files(t)
	if err := h.install(h.spec()); err != nil {
		t.Fatal(err)
	}
	expectCommands(t, h)
	if after := h.files(t); !slices.Equal(before, after) {
		t.Errorf("files changed:\n%v\n%v", before, after)
	}
}

func TestOnlyWhatChangedIsRestarted(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*host, *machine.Spec)
		units  string
	}{
		"a new program": {func(h *host, s *machine.Spec) {
			h.program = []byte("program 2")
			s.Artifact.SHA256 = digestOf(h.program)
		}, "user-api.service"},
		"a new secret": {func(_ *host, s *machine.Spec) {
			s.Secrets = []machine.Secret{{Variable: "APP_JWT_SECRET", ID: "x", Version: "2"}}
		}, "sandpiper-secrets.service user-api.service"},
		"a new log group": {func(_ *host, s *machine.Spec) { s.Logs.LogGroup = "g" }, "sandpiper-agent.service"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			spec := h.spec()
			if err := h.install(spec); err != nil {
				t.Fatal(err)
			}
			test.change(h, &spec)
			if err := h.install(spec); err != nil {
				t.Fatal(err)
			}
			expectCommands(t, h, "systemctl daemon-reload", "systemctl enable --quiet "+test.units, "systemctl restart --no-block "+test.units)
			if left, _ := os.ReadDir(filepath.Join(h.root, artifactsDirectory)); len(left) != 1 {
				t.Errorf("artifacts: %v", left)
			}
		})
	}
}

func TestRunThatWasCutOffIsCompleted(t *testing.T) {
	for _, step := range []string{"daemon-reload", "enable", "restart"} {
		h := newHost(t)
		h.failOn = step
		if err := h.install(h.spec()); err == nil {
			t.Fatalf("%s failed and install did not", step)
		}
		h.failOn = ""
		if err := h.install(h.spec()); err != nil || !h.active["user-api.service"] {
			t.Errorf("after a failed %s: %v", step, err)
		}
	}
}

func TestStoppedServiceIsStarted(t *testing.T) {
	h := newHost(t)
	if err := h.install(h.spec()); err != nil {
		t.Fatal(err)
	}
	h.active["user-api.service"] = false
	if err := h.install(h.spec()); err != nil {
		t.Fatal(err)
	}
	expectCommands(t, h, "systemctl start --no-block user-api.service")
}

func TestUnitsNoLongerWantedGo(t *testing.T) {
	h := newHost(t)
	if err := h.install(h.spec()); err != nil {
		t.Fatal(err)
	}
	foreign := filepath.Join(h.root, unitsDirectory, "foreign.service")
	if err := os.WriteFile(foreign, []byte("[Unit]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	spec := h.spec()
	spec.Secrets = nil
	if err := h.install(spec); err != nil {
		t.Fatal(err)
	}
	if h.commands[0] != "systemctl disable --quiet --now sandpiper-secrets.service" {
		t.Errorf("ran %v", h.commands)
	}
	if _, err := os.Stat(filepath.Join(h.root, unitsDirectory, unit.SecretsName)); err == nil {
		t.Error("the unit of the secrets is still there")
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Error("a unit of somebody else was removed")
	}
}

func TestNothingIsStartedOfWhatCannotBeWhole(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*host, *machine.Spec)
		want   error
	}{
		"the cloud is away":       {func(h *host, _ *machine.Spec) { h.fetchErr = errors.New("away") }, ErrUnavailable},
		"another program":         {func(h *host, _ *machine.Spec) { h.program = []byte("evil") }, artifact.ErrDigest},
		"another agent":           {func(_ *host, s *machine.Spec) { s.HostAgent.SHA256 = strings.Repeat("0", 64) }, artifact.ErrDigest},
		"somebody else's user":    {func(_ *host, s *machine.Spec) { s.Service = "www-data" }, machine.ErrRefused},
		"no such file in command": {func(_ *host, s *machine.Spec) { s.Command = []string{"bin/none"} }, machine.ErrRefused},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t)
			spec := h.spec()
			test.change(h, &spec)
			if err := h.install(spec); !errors.Is(err, test.want) {
				t.Errorf("says %v, want %v", err, test.want)
			}
			if units, _ := filepath.Glob(filepath.Join(h.root, unitsDirectory, "*")); len(units) != 0 || len(h.active) != 0 {
				t.Errorf("left units %v, active %v", units, h.active)
			}
		})
	}
}

func TestServiceThatDoesNotStartIsSaid(t *testing.T) {
	h := newHost(t)
	installer := Installer{Root: h.root, Run: h.run, WaitTimeout: time.Millisecond}
	if err := installer.waitUntilActive(context.Background(), "user-api.service"); !errors.Is(err, ErrNotActive) {
		t.Errorf("says %v", err)
	}
}
