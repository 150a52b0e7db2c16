package install

import (
	"context"
	"fmt"
	"os"
	"strings"

	"sandpiper/services/host-agent/internal/machine"
	"sandpiper/services/host-agent/internal/unit"
)

// ensureUsers declares the users in sysusers.d(5) and has systemd-sysusers make them. A user of that name that
// somebody else made is not taken over.
func (i *Installer) ensureUsers(ctx context.Context, spec machine.Spec) error {
	users := []string{unit.AgentUser}
	if spec.Profile == machine.ProfileService {
		users = append(users, spec.Service)
	}
	var text strings.Builder
	text.WriteString(unit.Header)
	for _, user := range users {
		text.WriteString(userLine(user))
	}
	file := i.path(sysusersFile)
	before, _ := os.ReadFile(file)
	missing := false
	for _, user := range users {
		exists := i.UserExists(user)
		if exists && !strings.Contains(string(before), userLine(user)) {
			return fmt.Errorf("%w: service %q: the machine has a user of that name already; choose another name", machine.ErrRefused, user)
		}
		missing = missing || !exists
	}
	changed, err := writeFile(file, text.String())
	if err != nil || !changed && !missing {
		return err
	}
	_, err = i.Run(ctx, "systemd-sysusers", file)
	return err
}

func userLine(user string) string {
	return fmt.Sprintf("u %s - \"Sandpiper\" /nonexistent /usr/sbin/nologin\n", user)
}
