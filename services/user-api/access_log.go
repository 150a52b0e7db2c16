package main

import (
	"log/slog"
	"net"
	"net/http"
	"time"
)

// logRequests writes one line a request. Nothing that a client chose is in it but the method: no header, no query and
// no unknown path, any of which may hold a token.
func logRequests(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		answer := &countedAnswer{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			log.Info("request",
				"method", knownMethod(r.Method),
				"path", knownPath(r.URL.EscapedPath()),
				"status", answer.status,
				"bytes", answer.bytes,
				"duration_ms", float64(time.Since(began).Microseconds())/1000,
				"peer", peerAddress(r.RemoteAddr),
			)
		}()
		next.ServeHTTP(answer, r)
	})
}

func knownPath(path string) string {
	if path == healthPath || path == userPath {
		return path
	}
	return "other"
}

func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

func peerAddress(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return remote
	}
	return host
}

// countedAnswer remembers what was answered.
type countedAnswer struct {
	http.ResponseWriter
	status int
	bytes  int
}

func (a *countedAnswer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

func (a *countedAnswer) Write(body []byte) (int, error) {
	n, err := a.ResponseWriter.Write(body)
	a.bytes += n
	return n, err
}
