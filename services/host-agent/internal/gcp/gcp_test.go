package gcp

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/compute/metadata"

	"sandpiper/services/host-agent/internal/journal"
)

// cloud is the metadata server and the three APIs in one. Every API wants the token.
func cloud(t *testing.T, api http.HandlerFunc) (session *Session, tokens *int) {
	t.Helper()
	tokens = new(int)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/token"):
			*tokens++
			_, _ = io.WriteString(w, `{"access_token":"t`+strconv.Itoa(*tokens)+`","expires_in":3599}`)
		case strings.HasPrefix(r.URL.Path, "/computeMetadata/v1/instance/zone"):
			_, _ = io.WriteString(w, "projects/1/zones/europe-west1-b")
		case strings.HasPrefix(r.URL.Path, "/computeMetadata/v1/instance/id"):
			_, _ = io.WriteString(w, "42")
		case r.Header.Get("Authorization") != "Bearer t"+strconv.Itoa(*tokens):
			w.WriteHeader(http.StatusUnauthorized)
		default:
			api(w, r)
		}
	}))
	t.Cleanup(server.Close)
	t.Setenv("GCE_METADATA_HOST", strings.TrimPrefix(server.URL, "http://"))
	return &Session{client: server.Client(), metadata: metadata.NewClient(server.Client()), storage: server.URL, secrets: server.URL, logging: server.URL}, tokens
}

func TestOpenObject(t *testing.T) {
	session, tokens := cloud(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.RequestURI)
	})
	for range 2 {
		body, err := session.Open(context.Background(), "bucket", "programs/a b", "")
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(body)
		if string(text) != "/storage/v1/b/bucket/o/programs%2Fa%20b?alt=media" {
			t.Errorf("asked for %s", text)
		}
	}
	body, err := session.Open(context.Background(), "bucket", "k", "1700000000000001")
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := io.ReadAll(body); !strings.HasSuffix(string(text), "/o/k?alt=media&generation=1700000000000001") {
		t.Errorf("asked for %s", text)
	}
	if *tokens != 1 {
		t.Errorf("asked for %d tokens", *tokens)
	}
}

func TestRefusedTokenIsRenewed(t *testing.T) {
	session, tokens := cloud(t, func(http.ResponseWriter, *http.Request) {})
	session.token, session.renewAt = "old", time.Now().Add(time.Hour)
	if _, err := session.Open(context.Background(), "b", "k", ""); err == nil {
		t.Fatal("the old token was taken")
	}
	if _, err := session.Open(context.Background(), "b", "k", ""); err != nil || *tokens != 1 {
		t.Errorf("%v after %d tokens", err, *tokens)
	}
}

func TestReadSecret(t *testing.T) {
	const value = "s3cret value"
	sum := strconv.FormatUint(uint64(crc32.Checksum([]byte(value), castagnoli)), 10)
	for name, test := range map[string]struct{ version, path, answer, err string }{
		"latest":             {"", "/v1/projects/p/secrets/s/versions/latest:access", sum, ""},
		"a version":          {"7", "/v1/projects/p/secrets/s/versions/7:access", sum, ""},
		"damaged on the way": {"7", "/v1/projects/p/secrets/s/versions/7:access", "1", "CRC32C"},
	} {
		t.Run(name, func(t *testing.T) {
			session, _ := cloud(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != test.path {
					t.Errorf("asked for %s", r.URL.Path)
				}
				_ = json.NewEncoder(w).Encode(map[string]any{"payload": map[string]string{
					"data": base64.StdEncoding.EncodeToString([]byte(value)), "dataCrc32c": test.answer}})
			})
			got, err := session.Read(context.Background(), "projects/p/secrets/s", test.version)
			if test.err == "" && (err != nil || string(got) != value) {
				t.Errorf("read %q, %v", got, err)
			}
			if test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err) || strings.Contains(err.Error(), value)) {
				t.Errorf("says %v", err)
			}
		})
	}
}

func TestWriteLogs(t *testing.T) {
	var request struct {
		LogName  string `json:"logName"`
		Resource struct {
			Type   string            `json:"type"`
			Labels map[string]string `json:"labels"`
		} `json:"resource"`
		Entries []map[string]any `json:"entries"`
	}
	status := 200
	session, _ := cloud(t, func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil || r.URL.Path != "/v2/entries:write" {
			t.Errorf("%s: %v", r.URL.Path, err)
		}
		w.WriteHeader(status)
	})
	instance, err := session.Instance(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	logs := session.Logs("p", "user-api/x", instance)
	events := []journal.Event{{ID: "i", Time: time.Unix(1, 5000), Priority: 3, Body: json.RawMessage(`{"message":"m"}`)}}
	if err := logs.Write(context.Background(), events); err != nil {
		t.Fatal(err)
	}
	if request.LogName != "projects/p/logs/user-api%2Fx" || request.Resource.Labels["instance_id"] != "42" || request.Resource.Labels["zone"] != "europe-west1-b" {
		t.Errorf("sent %+v", request)
	}
	if entry := request.Entries[0]; entry["severity"] != "ERROR" || entry["insertId"] != "i" || entry["timestamp"] != "1970-01-01T00:00:01.000005Z" {
		t.Errorf("sent %v", entry)
	}
	status = 400
	if err := logs.Write(context.Background(), events); !errors.Is(err, journal.ErrRejected) {
		t.Errorf("400 gives %v", err)
	}
	status = 503
	if err := logs.Write(context.Background(), events); err == nil || errors.Is(err, journal.ErrRejected) {
		t.Errorf("503 gives %v", err)
	}
}
