package gcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sandpiper/services/host-agent/internal/journal"
)

// Logs writes one log of a project.
type Logs struct {
	session           *Session
	instance          Instance
	name, projectName string
}

// Logs of a log: its short name, or projects/<project>/logs/<name>.
func (s *Session) Logs(project, name string, instance Instance) *Logs {
	if !strings.HasPrefix(name, "projects/") {
		name = "projects/" + project + "/logs/" + url.QueryEscape(name)
	}
	return &Logs{s, instance, name, project}
}

type entry struct {
	InsertID    string          `json:"insertId"`
	Timestamp   string          `json:"timestamp"`
	Severity    string          `json:"severity"`
	JSONPayload json.RawMessage `json:"jsonPayload"`
}

// Write sends all events in one call (Cloud Logging, entries.write: at most 10 MB a call, 256 KB an entry; the
// shipper stays below both). insertId lets Cloud Logging drop what is sent twice.
func (l *Logs) Write(ctx context.Context, events []journal.Event) error {
	entries := make([]entry, len(events))
	for i, event := range events {
		entries[i] = entry{event.ID, event.Time.UTC().Format(time.RFC3339Nano), severity(event.Priority), event.Body}
	}
	request, err := json.Marshal(map[string]any{
		"logName": l.name,
		"resource": map[string]any{
			"type":   "gce_instance",
			"labels": map[string]string{"project_id": l.projectName, "instance_id": l.instance.ID, "zone": l.instance.Zone},
		},
		"partialSuccess": true,
		"entries":        entries,
	})
	if err != nil {
		return fmt.Errorf("%w: %w", journal.ErrRejected, err)
	}
	body, err := l.session.do(ctx, http.MethodPost, l.session.logging+"/v2/entries:write", bytes.NewReader(request))
	if refused := (*StatusError)(nil); errors.As(err, &refused) && refused.Status == http.StatusBadRequest {
		return fmt.Errorf("%w: %w", journal.ErrRejected, err)
	}
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, body)
	return body.Close()
}

// severity maps syslog's priorities to Cloud Logging's LogSeverity.
func severity(priority int) string {
	names := [...]string{"EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG"}
	if priority < 0 || priority >= len(names) {
		return "DEFAULT"
	}
	return names[priority]
}
