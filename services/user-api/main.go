// Command user-api tells the bearer of a JSON Web Token who they are.
//
// It reads APP_JWT_SECRET (required) and PORT (default 3000) from the environment, answers GET /healthz and
// GET /v1/user, writes one JSON line a request to stderr, and ends on SIGTERM once the requests in flight are answered.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

const (
	defaultPort = "3000"

	// Long enough for a header or a body over a bad line, short enough that a client that sends a byte now and then holds nothing.
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 30 * time.Second

	// Google's front ends keep connections to a backend for 600 s, an ALB for as long as its idle timeout. Whoever
	// closes first must be the front end, or it meets a closed connection and answers 502.
	idleTimeout = 650 * time.Second

	// A token and a few proxy headers fit many times over. net/http adds 4 KiB of its own.
	maxHeaderBytes = 16 << 10

	// Below the 30 s that a unit of ours leaves between SIGTERM and SIGKILL.
	shutdownTimeout = 25 * time.Second
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx, os.Getenv, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves until ctx is done, then finishes the requests in flight.
func run(ctx context.Context, getenv func(string) string, stderr io.Writer) error {
	secret := getenv("APP_JWT_SECRET")
	if secret == "" {
		return errors.New("APP_JWT_SECRET environment variable not set")
	}
	address, err := listenAddress(getenv("PORT"))
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(stderr, nil))
	listener, err := net.Listen("tcp4", address)
	if err != nil {
		return fmt.Errorf("cannot listen: %w", err)
	}
	log.Info("listening", "address", listener.Addr().String())
	return serve(ctx, newServer([]byte(secret), log), listener, log)
}

// listenAddress turns PORT into an address on all IPv4 interfaces. Port 0 lets the kernel choose.
func listenAddress(port string) (string, error) {
	if port == "" {
		port = defaultPort
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", fmt.Errorf("PORT must be a whole number from 0 to 65535, is %q", port)
	}
	return "0.0.0.0:" + port, nil
}

func newServer(secret []byte, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           logRequests(log, newHandler(secret, time.Now)),
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

func serve(ctx context.Context, server *http.Server, listener net.Listener, log *slog.Logger) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("cannot serve: %w", err)
	case <-ctx.Done():
	}
	log.Info("stopping", "timeout_seconds", shutdownTimeout.Seconds())
	deadline, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	if err := server.Shutdown(deadline); err != nil {
		return fmt.Errorf("requests were still in flight after %s: %w", shutdownTimeout, err)
	}
	log.Info("stopped")
	return nil
}
