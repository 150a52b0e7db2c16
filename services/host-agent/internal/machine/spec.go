// Package machine reads the machine spec, whose contract is contracts/machine-spec.ts.
package machine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// SchemaVersion is the only version that this agent understands.
const SchemaVersion = 1

// ErrRefused marks a spec that no retry can help.
var ErrRefused = errors.New("machine spec refused")

// Profile says how much the unit of the service may do.
type Profile string

const (
	ProfileService     Profile = "service"
	ProfileSandboxHost Profile = "sandbox-host"
)

// Spec is what one machine is to run.
type Spec struct {
	SchemaVersion   int               `json:"schemaVersion"`
	Cloud           string            `json:"cloud"`
	Region          string            `json:"region"`
	Project         string            `json:"project,omitempty"`
	Service         string            `json:"service"`
	EnvironmentName string            `json:"environmentName"`
	Profile         Profile           `json:"profile"`
	HostAgent       StoredObject      `json:"hostAgent"`
	Artifact        Artifact          `json:"artifact"`
	Command         []string          `json:"command"`
	Variables       map[string]string `json:"variables"`
	Secrets         []Secret          `json:"secrets"`
	Port            int               `json:"port"`
	Health          Health            `json:"health"`
	DrainSeconds    int               `json:"drainSeconds"`
	Logs            Logs              `json:"logs"`
}

// StoredObject is a content-addressed object in the artifact bucket.
type StoredObject struct {
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
	// Version of the object (S3 version id, GCS generation); empty: the current one.
	Version string `json:"version,omitempty"`
	SHA256  string `json:"sha256"`
}

// Artifact is the program: one executable file, or a .tar.gz archive.
type Artifact struct {
	StoredObject
	Kind string `json:"kind"`
}

// Secret names a secret and the variable it is given in.
type Secret struct {
	Variable string `json:"variable"`
	ID       string `json:"id"`
	Version  string `json:"version,omitempty"`
}

// Health is the liveness check of the program. BridgePort 0 means no bridge.
type Health struct {
	Path           string `json:"path"`
	ExpectedStatus int    `json:"expectedStatus"`
	BridgePort     int    `json:"bridgePort,omitempty"`
	// MaximumAgeDays is the age from which the bridge answers 503; 0 means never.
	MaximumAgeDays int `json:"maximumAgeDays,omitempty"`
}

// Logs says where the journal goes.
type Logs struct {
	LogGroup string `json:"logGroup,omitempty"`
	LogName  string `json:"logName,omitempty"`
}

// Load reads and checks the spec. Its errors wrap ErrRefused, but for a file that cannot be read.
func Load(path string) (Spec, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Spec{}, fmt.Errorf("cannot read the machine spec: %w", err)
	}
	return Parse(text)
}

// Parse checks the version before anything else, then refuses unknown fields: renderer and agent are deployed
// together, so a field that one does not know is a mistake and not the future.
func Parse(text []byte) (Spec, error) {
	var version struct {
		SchemaVersion any `json:"schemaVersion"`
	}
	if err := json.Unmarshal(text, &version); err != nil {
		return Spec{}, fmt.Errorf("%w: not JSON: %w", ErrRefused, err)
	}
	if version.SchemaVersion != float64(SchemaVersion) {
		return Spec{}, fmt.Errorf("%w: schemaVersion is %v; this agent understands %d only: deploy the agent of the same build", ErrRefused, version.SchemaVersion, SchemaVersion)
	}
	var spec Spec
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&spec); err != nil {
		return Spec{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if err := check(spec); err != nil {
		return Spec{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return spec, nil
}
