package unit

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sandpiper/services/host-agent/internal/machine"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func spec(profile machine.Profile) machine.Spec {
	return machine.Spec{
		SchemaVersion: 1, Cloud: "aws", Region: "eu-west-1", Service: "user-api", EnvironmentName: "prod", Profile: profile,
		HostAgent: machine.StoredObject{Bucket: "b", Key: "k", SHA256: strings.Repeat("a", 64)},
		Artifact:  machine.Artifact{StoredObject: machine.StoredObject{Bucket: "b", Key: "k", SHA256: strings.Repeat("b", 64)}, Kind: "binary"},
		Command:   []string{"./program", "--greeting", `50% of "$HOME" \ `, ""},
		Variables: map[string]string{"PORT": "3000", "ODD": `a b%n "c" $d \e`},
		Secrets:   []machine.Secret{{Variable: "APP_JWT_SECRET", ID: "arn:x", Version: "1"}},
		Port:      3000, Health: machine.Health{Path: "/healthz", ExpectedStatus: 204, BridgePort: 3001}, DrainSeconds: 30,
	}
}

func units() map[string]string {
	program := Program{Directory: "/opt/sandpiper/artifacts/" + strings.Repeat("b", 64), NoJIT: true}
	jit := program
	jit.NoJIT = false
	return map[string]string{
		"service.service":      Service(spec(machine.ProfileService), program),
		"sandbox-host.service": Service(spec(machine.ProfileSandboxHost), jit),
		SecretsName:            Secrets(spec(machine.ProfileService)),
		AgentName:              Agent(spec(machine.ProfileService)),
	}
}

func TestUnitsAreAsReviewed(t *testing.T) {
	for name, text := range units() {
		golden := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if text != string(want) {
			t.Errorf("%s differs from %s (go test -update rewrites it):\n%s", name, golden, text)
		}
	}
}

func TestMemoryDenyWriteExecuteOnlyWhereNothingCompiles(t *testing.T) {
	for noJIT, want := range map[bool]bool{true: true, false: false} {
		text := Service(spec(machine.ProfileService), Program{Directory: "/x", NoJIT: noJIT})
		if strings.Contains(text, "MemoryDenyWriteExecute=yes") != want {
			t.Errorf("NoJIT %t gives\n%s", noJIT, text)
		}
	}
}

func TestEachChangeReachesTheUnitsItConcerns(t *testing.T) {
	program := Program{Directory: "/x"}
	for name, test := range map[string]struct {
		change                  func(*machine.Spec)
		service, secrets, agent bool
	}{
		"a variable": {func(s *machine.Spec) { s.Variables = map[string]string{"A": "b"} }, true, false, false},
		"a command":  {func(s *machine.Spec) { s.Command = []string{"./program"} }, true, false, false},
		"a secret version": {func(s *machine.Spec) {
			s.Secrets = []machine.Secret{{Variable: "APP_JWT_SECRET", ID: "arn:x", Version: "2"}}
		}, true, true, false},
		"the agent":       {func(s *machine.Spec) { s.HostAgent.SHA256 = strings.Repeat("c", 64) }, false, false, true},
		"the health path": {func(s *machine.Spec) { s.Health.Path = "/livez" }, false, false, true},
		"the log group":   {func(s *machine.Spec) { s.Logs.LogGroup = "other" }, false, false, true},
		"a bucket":        {func(s *machine.Spec) { s.Artifact.Bucket = "other" }, false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := spec(machine.ProfileService), spec(machine.ProfileService)
			test.change(&after)
			for unit, pair := range map[string][2]bool{
				"service": {Service(before, program) != Service(after, program), test.service},
				"secrets": {Secrets(before) != Secrets(after), test.secrets},
				"agent":   {Agent(before) != Agent(after), test.agent},
			} {
				if pair[0] != pair[1] {
					t.Errorf("%s unit changed: %t, want %t", unit, pair[0], pair[1])
				}
			}
		})
	}
}

// systemd itself reads the units. ExecStart's program is not there, so that one complaint is expected.
func TestSystemdAcceptsTheUnits(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("systemd-analyze is missing")
		}
		t.Skip("systemd-analyze is missing")
	}
	directory := t.TempDir()
	agent := filepath.Join(directory, "host-agent")
	if err := os.WriteFile(agent, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	var files []string
	for name, text := range units() {
		file := filepath.Join(directory, name)
		text = strings.ReplaceAll(text, AgentPath, agent)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	output, err := exec.Command(analyze, append([]string{"verify", "--man=no", "--recursive-errors=no"}, files...)...).CombinedOutput()
	for _, line := range strings.Split(string(output), "\n") {
		for name := range units() {
			if strings.Contains(line, name) {
				t.Errorf("systemd-analyze: %s", line)
			}
		}
	}
	if err != nil {
		t.Errorf("systemd-analyze: %v: %s", err, output)
	}
}
