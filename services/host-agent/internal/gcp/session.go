// Package gcp is the agent's access to Google Cloud, over REST with the instance's own token. Three calls do not
// need the client libraries, whose gRPC and telemetry would more than double the binary.
package gcp

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"cloud.google.com/go/compute/metadata"
)

// The metadata server hands out the same token until five minutes before its end: ask again only then.
const tokenSlack = 4 * time.Minute

const (
	storageHost = "https://storage.googleapis.com"
	secretsHost = "https://secretmanager.googleapis.com"
	loggingHost = "https://logging.googleapis.com"

	// A call has this long for its headers; a download's body may take longer.
	headerTimeout = 30 * time.Second

	// What is kept of an error's body.
	maximumErrorBytes = 2 << 10
)

// Session is one token, renewed when it is due.
type Session struct {
	client                    *http.Client
	metadata                  *metadata.Client
	storage, secrets, logging string

	mutex   sync.Mutex
	token   string
	renewAt time.Time
}

// Open talks to nobody yet.
func Open() *Session {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = headerTimeout
	return &Session{client: &http.Client{Transport: transport}, metadata: metadata.NewClient(nil), storage: storageHost, secrets: secretsHost, logging: loggingHost}
}

// Instance is where the machine is.
type Instance struct{ ID, Zone string }

// Instance reads the metadata server.
func (s *Session) Instance(ctx context.Context) (Instance, error) {
	id, err := s.metadata.InstanceIDWithContext(ctx)
	if err != nil {
		return Instance{}, fmt.Errorf("cannot read the instance id: %w", err)
	}
	zone, err := s.metadata.ZoneWithContext(ctx)
	if err != nil {
		return Instance{}, fmt.Errorf("cannot read the zone: %w", err)
	}
	return Instance{id, zone}, nil
}

func (s *Session) bearer(ctx context.Context) (string, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if time.Now().Before(s.renewAt) {
		return s.token, nil
	}
	text, err := s.metadata.GetWithContext(ctx, "instance/service-accounts/default/token")
	if err != nil {
		return "", fmt.Errorf("cannot get a token from the metadata server: %w", err)
	}
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil || answer.AccessToken == "" {
		return "", fmt.Errorf("the metadata server answers with no token")
	}
	s.token = answer.AccessToken
	s.renewAt = time.Now().Add(time.Duration(answer.ExpiresIn)*time.Second - tokenSlack)
	return s.token, nil
}

// StatusError is an answer other than 200.
type StatusError struct {
	Call   string
	Status int
	Body   string
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s answers %d: %s", e.Call, e.Status, e.Body)
}

// do sends a request with the token and returns the body of a 200.
func (s *Session) do(ctx context.Context, method, url string, body io.Reader) (io.ReadCloser, error) {
	token, err := s.bearer(ctx)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode == http.StatusOK {
		return answer.Body, nil
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusUnauthorized {
		s.mutex.Lock()
		s.renewAt = time.Time{}
		s.mutex.Unlock()
	}
	text, _ := io.ReadAll(io.LimitReader(answer.Body, maximumErrorBytes))
	return nil, &StatusError{method + " " + url, answer.StatusCode, string(text)}
}
