// Command host-agent makes a machine what its spec says and then serves it. See README.md for commands and exit codes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"sandpiper/services/host-agent/internal/artifact"
	"sandpiper/services/host-agent/internal/install"
	"sandpiper/services/host-agent/internal/machine"
	"sandpiper/services/host-agent/internal/secrets"
)

// Exit codes of sysexits.h; README.md says what a caller does with each.
const (
	exitUsage       = 64
	exitRefused     = 65
	exitUnavailable = 69
	exitSystem      = 71
	exitNotYet      = 75
)

const usage = `usage:
  host-agent install --spec FILE [--timeout 10m] [--wait 60s]
  host-agent secrets --spec FILE
  host-agent exec -- COMMAND [ARG...]
  host-agent serve --spec FILE
`

var errUsage = errors.New("wrong command line")

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], log); err != nil {
		log.Error("host-agent ends", "error", err.Error())
		if errors.Is(err, errUsage) {
			fmt.Fprint(os.Stderr, usage)
		}
		os.Exit(exitCode(err))
	}
}

func run(ctx context.Context, arguments []string, log *slog.Logger) error {
	if len(arguments) == 0 {
		return errUsage
	}
	switch command, rest := arguments[0], arguments[1:]; command {
	case "install":
		return runInstall(ctx, rest, log)
	case "secrets":
		return runSecrets(ctx, rest, log)
	case "serve":
		return runServe(ctx, rest, log)
	case "exec":
		if cut := slices.Index(rest, "--"); cut == 0 && len(rest) > 1 {
			return secrets.Exec(rest[1:])
		}
	case "help", "-h", "--help":
		fmt.Print(usage)
		return nil
	}
	return errUsage
}

// specFlags adds --spec; parse it, then load.
func specFlags(name string) (*flag.FlagSet, *string) {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	return flags, flags.String("spec", "", "machine spec")
}

func loadSpec(flags *flag.FlagSet, path *string, arguments []string) (machine.Spec, error) {
	if err := flags.Parse(arguments); err != nil || *path == "" || flags.NArg() > 0 {
		return machine.Spec{}, errUsage
	}
	return machine.Load(*path)
}

func exitCode(err error) int {
	for _, known := range []struct {
		err  error
		code int
	}{
		{errUsage, exitUsage},
		{machine.ErrRefused, exitRefused},
		{artifact.ErrDigest, exitRefused},
		{artifact.ErrArchive, exitRefused},
		{install.ErrUnavailable, exitUnavailable},
		{install.ErrNotActive, exitNotYet},
	} {
		if errors.Is(err, known.err) {
			return known.code
		}
	}
	return exitSystem
}
