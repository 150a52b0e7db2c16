// Package healthbridge answers a load balancer that accepts only 200 for a program that answers something else.
package healthbridge

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"sandpiper/services/host-agent/internal/machine"
)

const (
	// Below the shortest timeout of a health check, 2 s, so that the load balancer hears 503 and not silence.
	programTimeout = 1500 * time.Millisecond

	// Google probes from several places at once; more than this at a time is no health check.
	maximumConcurrent = 16
)

// Handler answers GET health.path with 200 when the program on port answers with the expected status, else with 503.
// A machine that expired answers 503 too: its group then replaces it by one of the newest image.
func Handler(port int, health machine.Health, expired func() bool) http.Handler {
	client := &http.Client{
		Timeout:       programTimeout,
		Transport:     &http.Transport{Proxy: nil, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	target := "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) + health.Path
	slots := make(chan struct{}, maximumConcurrent)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.EscapedPath() != health.Path {
			http.Error(w, "Not Found", http.StatusNotFound)
			return
		}
		if r.Method != http.MethodGet {
			w.Header().Set("Allow", "GET")
			http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
			return
		}
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		default:
			http.Error(w, "too many checks at once", http.StatusServiceUnavailable)
			return
		}
		if expired() {
			http.Error(w, fmt.Sprintf("the machine is older than %d days: a new one takes its place", health.MaximumAgeDays), http.StatusServiceUnavailable)
			return
		}
		if err := ask(r.Context(), client, target, health.ExpectedStatus); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	})
}

func ask(ctx context.Context, client *http.Client, target string, expected int) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("the program does not answer")
	}
	answer.Body.Close()
	if answer.StatusCode != expected {
		return fmt.Errorf("the program answers %d, not %d", answer.StatusCode, expected)
	}
	return nil
}

// Server listens on every address, for the probes come from outside.
func Server(port int, health machine.Health, expired func() bool) *http.Server {
	return &http.Server{
		Addr:              ":" + strconv.Itoa(health.BridgePort),
		Handler:           Handler(port, health, expired),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       5 * time.Second,
		WriteTimeout:      5 * time.Second,
		IdleTimeout:       650 * time.Second,
		MaxHeaderBytes:    8 << 10,
	}
}
