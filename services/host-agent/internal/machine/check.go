package machine

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	// A systemd unit name and, at most 31 characters long, a user name (sysusers.d(5)).
	serviceName  = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)
	sha256Hex    = regexp.MustCompile(`^[0-9a-f]{64}$`)
	variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	gcpSecretID  = regexp.MustCompile(`^projects/[^/]+/secrets/[A-Za-z0-9_-]+$`)
)

func check(spec Spec) error {
	for _, step := range []func(Spec) error{checkIdentity, checkObjects, checkCommand, checkVariables, checkPorts, checkCloud} {
		if err := step(spec); err != nil {
			return err
		}
	}
	return nil
}

func wrong(field string, value any, rule string) error {
	return fmt.Errorf("%s is %q: %s", field, fmt.Sprint(value), rule)
}

func checkIdentity(spec Spec) error {
	if !serviceName.MatchString(spec.Service) || strings.HasPrefix(spec.Service, "sandpiper-agent") || strings.HasPrefix(spec.Service, "sandpiper-secrets") || spec.Service == "root" {
		return wrong("service", spec.Service, "must be a unit and user name: a lower-case letter, then at most 30 letters, digits or hyphens, and none of the agent's own names")
	}
	if spec.Profile != ProfileService && spec.Profile != ProfileSandboxHost {
		return wrong("profile", spec.Profile, `must be "service" or "sandbox-host"`)
	}
	if spec.DrainSeconds < 0 || spec.DrainSeconds > 3600 {
		return wrong("drainSeconds", spec.DrainSeconds, "must be from 0 to 3600")
	}
	return nil
}

func checkObjects(spec Spec) error {
	for field, object := range map[string]StoredObject{"hostAgent": spec.HostAgent, "artifact": spec.Artifact.StoredObject} {
		if object.Bucket == "" || object.Key == "" {
			return wrong(field, object.Bucket+"/"+object.Key, "needs bucket and key")
		}
		if !sha256Hex.MatchString(object.SHA256) {
			return wrong(field+".sha256", object.SHA256, "must be 64 lower-case hex digits")
		}
	}
	if spec.Artifact.Kind != "binary" && spec.Artifact.Kind != "archive" {
		return wrong("artifact.kind", spec.Artifact.Kind, `must be "binary" or "archive"`)
	}
	return nil
}

func checkCommand(spec Spec) error {
	if len(spec.Command) == 0 {
		return wrong("command", spec.Command, "must name a program")
	}
	program := spec.Command[0]
	if spec.Artifact.Kind == "binary" && path.Clean(program) != "program" {
		return wrong("command[0]", program, `must be "./program" for a binary`)
	}
	if program == "" || !filepath.IsLocal(program) || path.Clean(program) == "." {
		return wrong("command[0]", program, "must be a path inside the archive")
	}
	for _, argument := range spec.Command {
		if strings.ContainsRune(argument, 0) {
			return wrong("command", argument, "must not hold NUL")
		}
	}
	return nil
}

func checkVariables(spec Spec) error {
	for name, value := range spec.Variables {
		if !variableName.MatchString(name) {
			return wrong("variables", name, "is no name of an environment variable")
		}
		if strings.ContainsAny(value, "\x00\n\r") {
			return wrong("variables."+name, value, "must be one line without NUL")
		}
	}
	seen := map[string]bool{}
	for _, secret := range spec.Secrets {
		if !variableName.MatchString(secret.Variable) {
			return wrong("secrets.variable", secret.Variable, "is no name of an environment variable")
		}
		if _, plain := spec.Variables[secret.Variable]; plain || seen[secret.Variable] {
			return wrong("secrets.variable", secret.Variable, "is named twice")
		}
		seen[secret.Variable] = true
		if secret.ID == "" {
			return wrong("secrets.id", secret.ID, "must not be empty")
		}
		if spec.Cloud == "gcp" && !gcpSecretID.MatchString(secret.ID) {
			return wrong("secrets.id", secret.ID, "must be projects/<project>/secrets/<name>")
		}
	}
	return nil
}

func checkPorts(spec Spec) error {
	if spec.Port < 1024 || spec.Port > 65535 {
		return wrong("port", spec.Port, "must be from 1024 to 65535: the service has no capability to bind a lower one")
	}
	health := spec.Health
	if !strings.HasPrefix(health.Path, "/") {
		return wrong("health.path", health.Path, `must begin with "/"`)
	}
	if health.ExpectedStatus < 200 || health.ExpectedStatus > 399 {
		return wrong("health.expectedStatus", health.ExpectedStatus, "must be from 200 to 399")
	}
	if health.BridgePort != 0 && (health.BridgePort < 1024 || health.BridgePort > 65535 || health.BridgePort == spec.Port) {
		return wrong("health.bridgePort", health.BridgePort, "must be from 1024 to 65535 and not the service's port")
	}
	if health.MaximumAgeDays < 0 || health.MaximumAgeDays > 365 {
		return wrong("health.maximumAgeDays", health.MaximumAgeDays, "must be from 0 to 365")
	}
	return nil
}

func checkCloud(spec Spec) error {
	if spec.Region == "" {
		return wrong("region", spec.Region, "must not be empty")
	}
	switch spec.Cloud {
	case "aws":
		if spec.Logs.LogGroup == "" {
			return wrong("logs.logGroup", "", "must be given on aws")
		}
	case "gcp":
		if spec.Project == "" {
			return wrong("project", "", "must be given on gcp")
		}
		if spec.Logs.LogName == "" {
			return wrong("logs.logName", "", "must be given on gcp")
		}
	default:
		return wrong("cloud", spec.Cloud, `must be "aws" or "gcp"`)
	}
	return nil
}
