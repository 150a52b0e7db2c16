package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func environment(variables map[string]string) func(string) string {
	return func(name string) string { return variables[name] }
}

func TestRunRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		variables map[string]string
		message   string
	}{
		"no secret":       {map[string]string{}, "APP_JWT_SECRET environment variable not set"},
		"an empty secret": {map[string]string{"APP_JWT_SECRET": "", "PORT": "x"}, "APP_JWT_SECRET environment variable not set"},
		"no such port":    {map[string]string{"APP_JWT_SECRET": "s", "PORT": "65536"}, `PORT must be a whole number from 0 to 65535, is "65536"`},
		"no number":       {map[string]string{"APP_JWT_SECRET": "s", "PORT": "http"}, `PORT must be a whole number from 0 to 65535, is "http"`},
	} {
		t.Run(name, func(t *testing.T) {
			err := run(context.Background(), environment(test.variables), io.Discard)
			if err == nil || err.Error() != test.message {
				t.Errorf("run says %v, want %s", err, test.message)
			}
		})
	}
}

func TestListenAddress(t *testing.T) {
	for port, want := range map[string]string{"": "0.0.0.0:3000", "8080": "0.0.0.0:8080", "0": "0.0.0.0:0"} {
		if got, err := listenAddress(port); got != want || err != nil {
			t.Errorf("listenAddress(%q) = %q, %v; want %q", port, got, err, want)
		}
	}
}

func TestTimeoutsOutliveTheFrontEnds(t *testing.T) {
	server := newServer([]byte(testSecret), discardLog())
	if server.IdleTimeout < 620*time.Second {
		t.Errorf("idle timeout is %s; Google's front ends need at least 620 s", server.IdleTimeout)
	}
	if server.ReadHeaderTimeout == 0 || server.ReadTimeout == 0 || server.WriteTimeout == 0 || server.MaxHeaderBytes == 0 {
		t.Errorf("a limit is missing: %+v", server)
	}
}

func TestStopFinishesRequestsInFlight(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	began, finish := make(chan struct{}), make(chan struct{})
	var log bytes.Buffer
	server := newServer([]byte(testSecret), slog.New(slog.NewJSONHandler(&log, nil)))
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(began)
		<-finish
		_, _ = io.WriteString(w, "whole")
	})
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, server, listener, discardLog()) }()

	answers := make(chan string, 1)
	go func() {
		answer, err := http.Get("http://" + listener.Addr().String())
		if err != nil {
			answers <- err.Error()
			return
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		answers <- string(body)
	}()
	<-began
	stop()
	for refused := false; !refused; { // the listener is closed before the request in flight is answered
		connection, err := net.Dial("tcp4", listener.Addr().String())
		if refused = err != nil; !refused {
			connection.Close()
		}
	}
	close(finish)
	if got := <-answers; got != "whole" {
		t.Errorf("the request in flight got %q", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("serve ended with %v", err)
	}
}

func TestOversizedHeadersAreRefused(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		_ = serve(ctx, newServer([]byte(testSecret), discardLog()), listener, discardLog())
	}()
	for size, want := range map[int]int{8 << 10: 401, 64 << 10: 431} {
		request, _ := http.NewRequest("GET", fmt.Sprintf("http://%s/v1/user", listener.Addr()), nil)
		request.Header.Set("Authorization", "Bearer "+strings.Repeat("x", size))
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("a header of %d bytes is answered %d, want %d", size, answer.StatusCode, want)
		}
	}
}

func discardLog() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }
