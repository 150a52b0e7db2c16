package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"sandpiper/services/host-agent/internal/artifact"
	"sandpiper/services/host-agent/internal/aws"
	"sandpiper/services/host-agent/internal/gcp"
	"sandpiper/services/host-agent/internal/healthbridge"
	"sandpiper/services/host-agent/internal/install"
	"sandpiper/services/host-agent/internal/journal"
	"sandpiper/services/host-agent/internal/machine"
	"sandpiper/services/host-agent/internal/notify"
	"sandpiper/services/host-agent/internal/retry"
	"sandpiper/services/host-agent/internal/secrets"
	"sandpiper/services/host-agent/internal/unit"
)

func runInstall(ctx context.Context, arguments []string, log *slog.Logger) error {
	flags, path := specFlags("install")
	timeout := flags.Duration("timeout", 10*time.Minute, "how long the artifact is tried for")
	wait := flags.Duration("wait", time.Minute, "how long to wait for the service to be active")
	spec, err := loadSpec(flags, path, arguments)
	if err != nil {
		return err
	}
	if absolute, err := filepath.Abs(*path); err != nil || absolute != unit.SpecPath {
		return fmt.Errorf("%w: the units read %s, not %s", errUsage, unit.SpecPath, *path)
	}
	executable, err := os.Executable()
	if err != nil {
		return err
	}
	objects, err := openObjects(ctx, spec)
	if err != nil {
		return err
	}
	installer := install.Installer{
		Root: "/", Objects: objects, AgentPath: executable, Run: runProgram, UserExists: userExists,
		Retry: retry.Default, FetchTimeout: *timeout, WaitTimeout: *wait, Log: log,
	}
	return installer.Install(ctx, spec)
}

func openObjects(ctx context.Context, spec machine.Spec) (artifact.Objects, error) {
	if spec.Cloud == "gcp" {
		return gcp.Open(), nil
	}
	session, err := aws.Open(ctx, spec.Region)
	if err != nil {
		return nil, err
	}
	return session.Objects(), nil
}

func userExists(name string) bool {
	_, err := user.Lookup(name)
	return err == nil
}

func runProgram(ctx context.Context, name string, arguments ...string) (string, error) {
	var complaint strings.Builder
	command := exec.CommandContext(ctx, name, arguments...)
	command.Stderr = &complaint
	output, err := command.Output()
	if err != nil {
		err = fmt.Errorf("%s %s: %w: %s", name, strings.Join(arguments, " "), err, strings.TrimSpace(complaint.String()))
	}
	return string(output), err
}

func runSecrets(ctx context.Context, arguments []string, log *slog.Logger) error {
	flags, path := specFlags("secrets")
	spec, err := loadSpec(flags, path, arguments)
	if err != nil {
		return err
	}
	if err := secrets.RequireMemory(secrets.Directory); err != nil {
		return err
	}
	reader, err := openSecrets(ctx, spec)
	if err != nil {
		return err
	}
	return secrets.Fetch(ctx, reader, spec.Secrets, secrets.Directory, retry.Default, log)
}

func openSecrets(ctx context.Context, spec machine.Spec) (secrets.Reader, error) {
	if spec.Cloud == "gcp" {
		return gcp.Open(), nil
	}
	session, err := aws.Open(ctx, spec.Region)
	if err != nil {
		return nil, err
	}
	return session.Secrets(), nil
}

// runServe is ready once the health bridge listens; the log store may come later.
func runServe(ctx context.Context, arguments []string, log *slog.Logger) error {
	flags, path := specFlags("serve")
	spec, err := loadSpec(flags, path, arguments)
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	if spec.Health.BridgePort != 0 {
		stop, err := startBridge(spec, *path, failed)
		if err != nil {
			return err
		}
		defer stop()
		log.Info("health bridge is open", "port", spec.Health.BridgePort)
	}
	if err := notify.Send("READY=1"); err != nil {
		log.Warn("systemd does not hear us", "error", err.Error())
	}
	shipped := make(chan struct{})
	go func() {
		defer close(shipped)
		ship(ctx, spec, log)
	}()
	select {
	case err = <-failed:
	case <-ctx.Done():
		_ = notify.Send("STOPPING=1")
		<-shipped
	}
	return err
}

// ship tries for ever to reach the log store, then follows the journal.
func ship(ctx context.Context, spec machine.Spec, log *slog.Logger) {
	var sink journal.Sink
	err := retry.Do(ctx, retry.Default, log, "open the log store", func(ctx context.Context) (err error) {
		sink, err = openLogs(ctx, spec, log)
		return err
	})
	if err != nil {
		return
	}
	shipper := journal.Shipper{
		Sink:         sink,
		Origin:       journal.Origin{Service: spec.Service, Environment: spec.EnvironmentName},
		Matches:      journal.Matches([]string{unit.ServiceName(spec), unit.AgentName, unit.SecretsName}, unit.BootIdentifier),
		PositionFile: filepath.Join(os.Getenv("STATE_DIRECTORY"), "journal-cursor.json"),
		Retry:        retry.Default,
		Log:          log,
	}
	shipper.Run(ctx)
}

func openLogs(ctx context.Context, spec machine.Spec, log *slog.Logger) (journal.Sink, error) {
	if spec.Cloud == "gcp" {
		session := gcp.Open()
		instance, err := session.Instance(ctx)
		if err != nil {
			return nil, err
		}
		return session.Logs(spec.Project, spec.Logs.LogName, instance), nil
	}
	session, err := aws.Open(ctx, spec.Region)
	if err != nil {
		return nil, err
	}
	instance, err := session.InstanceID(ctx)
	if err != nil {
		return nil, err
	}
	return session.Logs(spec.Logs.LogGroup, instance, log), nil
}

// The spec is written at the machine's first boot, and never again: its time is the machine's birth.
func startBridge(spec machine.Spec, specPath string, failed chan<- error) (stop func(), err error) {
	written, err := os.Stat(specPath)
	if err != nil {
		return nil, err
	}
	name, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	server := healthbridge.Server(spec.Port, spec.Health, healthbridge.Expired(name, written.ModTime(), spec.Health.MaximumAgeDays, time.Now))
	listener, err := net.Listen("tcp", server.Addr)
	if err != nil {
		return nil, err
	}
	go func() { failed <- server.Serve(listener) }()
	return func() { server.Close() }, nil
}
