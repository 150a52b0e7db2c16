package secrets

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Exec becomes the command, with each credential of $CREDENTIALS_DIRECTORY (LoadCredential= of systemd.exec(5)) as an
// environment variable. It returns only when it fails.
func Exec(command []string) error {
	if len(command) == 0 {
		return errors.New("no command")
	}
	environment, err := withCredentials(os.Environ(), os.Getenv("CREDENTIALS_DIRECTORY"))
	if err != nil {
		return err
	}
	if err := syscall.Exec(command[0], command, environment); err != nil {
		return fmt.Errorf("cannot become %s: %w", command[0], err)
	}
	return nil
}

func withCredentials(environment []string, directory string) ([]string, error) {
	environment = slices.DeleteFunc(slices.Clone(environment), func(variable string) bool {
		return strings.HasPrefix(variable, "CREDENTIALS_DIRECTORY=")
	})
	if directory == "" {
		return environment, nil
	}
	entries, err := os.ReadDir(directory)
	if err != nil {
		return nil, fmt.Errorf("cannot list the credentials: %w", err)
	}
	for _, entry := range entries {
		value, err := os.ReadFile(filepath.Join(directory, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("cannot read the credential %s: %w", entry.Name(), err)
		}
		environment = append(environment, entry.Name()+"="+string(value))
	}
	return environment, nil
}
