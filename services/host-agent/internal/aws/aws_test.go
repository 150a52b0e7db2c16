package aws

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"sandpiper/services/host-agent/internal/journal"
)

func session(t *testing.T, handler http.HandlerFunc) *Session {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return &Session{config: sdk.Config{
		Region: "eu-west-1", BaseEndpoint: sdk.String(server.URL), Credentials: credentials.NewStaticCredentialsProvider("k", "s", "t"),
		Retryer: func() sdk.Retryer { return sdk.NopRetryer{} },
	}}
}

func TestOpenObject(t *testing.T) {
	objects := session(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") || r.Header.Get("X-Amz-Security-Token") != "t" {
			t.Errorf("not signed: %v", r.Header)
		}
		if r.URL.Path == "/missing" || strings.HasSuffix(r.URL.Path, "/missing") {
			w.WriteHeader(404)
			return
		}
		_, _ = io.WriteString(w, "content")
	}).Objects()
	// An IP address as endpoint: the SDK then writes the bucket into the path.
	body, err := objects.Open(context.Background(), "bucket", "programs/x", "")
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := io.ReadAll(body); string(text) != "content" {
		t.Errorf("read %q", text)
	}
	if _, err := objects.Open(context.Background(), "bucket", "missing", ""); err == nil || !strings.Contains(err.Error(), "s3://bucket/missing") {
		t.Errorf("says %v", err)
	}
}

func TestReadSecret(t *testing.T) {
	var asked map[string]string
	secrets := session(t, func(w http.ResponseWriter, r *http.Request) {
		asked = nil
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			t.Error(err)
		}
		if asked["SecretId"] == "binary" {
			_, _ = io.WriteString(w, `{"SecretBinary":"YmluYXJ5"}`)
			return
		}
		_, _ = io.WriteString(w, `{"SecretString":"value"}`)
	}).Secrets()
	for _, test := range []struct{ id, version, value string }{{"text", "", "value"}, {"text", "v1", "value"}, {"binary", "", "binary"}} {
		value, err := secrets.Read(context.Background(), test.id, test.version)
		if err != nil || string(value) != test.value || asked["SecretId"] != test.id || asked["VersionId"] != test.version {
			t.Errorf("%v: read %q, %v, asked %v", test, value, err, asked)
		}
	}
}

func input(millis int64, bytes int) types.InputLogEvent {
	return types.InputLogEvent{Timestamp: &millis, Message: sdk.String(strings.Repeat("x", bytes))}
}

func TestBatchesKeepTheLimits(t *testing.T) {
	const day = 24 * 3600 * 1000
	small := make([]types.InputLogEvent, maximumBatchEvents+1)
	for i := range small {
		small[i] = input(int64(i), 1)
	}
	half := maximumBatchBytes/2 - eventOverheadBytes
	for name, test := range map[string]struct {
		events []types.InputLogEvent
		sizes  []int
	}{
		"nothing":              {nil, nil},
		"exactly 1 MiB":        {[]types.InputLogEvent{input(0, half), input(0, half)}, []int{2}},
		"a byte above 1 MiB":   {[]types.InputLogEvent{input(0, half), input(0, half+1)}, []int{1, 1}},
		"an event above 10000": {small, []int{maximumBatchEvents, 1}},
		"just below 24 hours":  {[]types.InputLogEvent{input(0, 1), input(day-1, 1)}, []int{2}},
		"24 hours":             {[]types.InputLogEvent{input(0, 1), input(day, 1), input(day+1, 1)}, []int{1, 2}},
	} {
		var sizes []int
		for _, batch := range batches(test.events) {
			sizes = append(sizes, len(batch))
		}
		if fmt.Sprint(sizes) != fmt.Sprint(test.sizes) {
			t.Errorf("%s: %v, want %v", name, sizes, test.sizes)
		}
	}
}

func TestWriteLogsMakesTheStreamAndSortsByTime(t *testing.T) {
	created := false
	var messages []string
	logs := session(t, func(w http.ResponseWriter, r *http.Request) {
		switch target := r.Header.Get("X-Amz-Target"); {
		case strings.HasSuffix(target, ".CreateLogStream"):
			created = true
			_, _ = io.WriteString(w, "{}")
		case !created:
			w.Header().Set("X-Amzn-ErrorType", "ResourceNotFoundException")
			w.WriteHeader(400)
			_, _ = io.WriteString(w, `{"__type":"ResourceNotFoundException","message":"no stream"}`)
		default:
			var put struct {
				LogGroupName, LogStreamName string
				LogEvents                   []struct{ Message string }
			}
			decoder := json.NewDecoder(r.Body)
			var lower map[string]json.RawMessage
			if err := decoder.Decode(&lower); err != nil {
				t.Error(err)
			}
			_ = json.Unmarshal(lower["logEvents"], &put.LogEvents)
			for _, event := range put.LogEvents {
				messages = append(messages, event.Message)
			}
			_, _ = io.WriteString(w, "{}")
		}
	}).Logs("group", "i-1", slog.New(slog.DiscardHandler))
	err := logs.Write(context.Background(), []journal.Event{
		{Time: time.UnixMilli(2000), Body: json.RawMessage(`"later"`)}, {Time: time.UnixMilli(1000), Body: json.RawMessage(`"earlier"`)}})
	if err != nil || !created || fmt.Sprint(messages) != `["earlier" "later"]` {
		t.Errorf("%v, stream made: %t, sent %v", err, created, messages)
	}
}

func TestInstanceIdentityNeverAsksVersionOne(t *testing.T) {
	withoutToken := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			w.WriteHeader(http.StatusNotFound) // what a machine with version 1 only answers
			return
		}
		withoutToken++
		_, _ = io.WriteString(w, `{"instanceId":"i-1"}`)
	}))
	defer server.Close()
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.URL)
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	opened, err := Open(context.Background(), "eu-west-1")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if id, err := opened.InstanceID(ctx); err == nil || withoutToken != 0 {
		t.Errorf("got %q, %v; %d requests without a token", id, err, withoutToken)
	}
}
