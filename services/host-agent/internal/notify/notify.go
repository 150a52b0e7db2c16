// Package notify tells systemd how the daemon is (sd_notify(3)).
package notify

import (
	"net"
	"os"
)

// Send sends a state such as "READY=1"; without a supervisor that listens it does nothing.
func Send(state string) error {
	socket := os.Getenv("NOTIFY_SOCKET")
	if socket == "" {
		return nil
	}
	connection, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		return err
	}
	defer connection.Close()
	_, err = connection.Write([]byte(state))
	return err
}
