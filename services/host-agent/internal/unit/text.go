// Package unit writes the systemd units of a machine, as text.
package unit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"sandpiper/services/host-agent/internal/machine"
	"sandpiper/services/host-agent/internal/secrets"
)

// Names of the agent's own units, and of its user.
const (
	SecretsName = "sandpiper-secrets.service"
	AgentName   = "sandpiper-agent.service"
	AgentUser   = "sandpiper-agent"
)

// BootIdentifier is what the boot script logs under.
const BootIdentifier = "sandpiper-boot"

// Header begins every unit file that the agent owns.
const Header = "# Written by sandpiper host-agent. Changes are lost at the next install.\n"

// Where units find the agent and the spec.
const (
	AgentPath = "/opt/sandpiper/bin/host-agent"
	SpecPath  = "/etc/sandpiper/machine.json"
)

// ServiceName is the unit of the program.
func ServiceName(spec machine.Spec) string { return spec.Service + ".service" }

// Program is the program on this machine.
type Program struct {
	// Directory that holds the artifact.
	Directory string
	// NoJIT says that the program is known never to make memory executable that it wrote.
	NoJIT bool
}

var bare = regexp.MustCompile(`^[A-Za-z0-9_@+=:,./-]+$`)

// argument quotes one word of a command line (systemd.service(5), "Command lines").
func argument(word string) string {
	return quoted(strings.ReplaceAll(word, "$", "$$"))
}

// quoted quotes one word of a setting: specifiers, quotes and backslashes stand for themselves.
func quoted(word string) string {
	if bare.MatchString(word) {
		return word
	}
	return `"` + strings.NewReplacer(`%`, `%%`, `\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(word) + `"`
}

func commandLine(words ...string) string {
	line := make([]string, len(words))
	for i, word := range words {
		line[i] = argument(word)
	}
	return strings.Join(line, " ")
}

func environmentLines(variables map[string]string) string {
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		fmt.Fprintf(&lines, "Environment=%s\n", quoted(name+"="+variables[name]))
	}
	return lines.String()
}

func credentialLines(list []machine.Secret) string {
	var lines strings.Builder
	for _, secret := range list {
		fmt.Fprintf(&lines, "LoadCredential=%s:%s/%s\n", secret.Variable, secrets.Directory, secret.Variable)
	}
	return lines.String()
}

// digest changes with what a unit depends on but does not spell out, and so has it restarted.
func digest(of any) string {
	text, err := json.Marshal(of)
	if err != nil {
		panic(err) // plain data only
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
