package healthbridge

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"sandpiper/services/host-agent/internal/machine"
)

func TestBridge(t *testing.T) {
	status := http.StatusNoContent
	program := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			t.Errorf("the program is asked for %s", r.URL.Path)
		}
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
	}))
	_, text, _ := net.SplitHostPort(strings.TrimPrefix(program.URL, "http://"))
	port, _ := strconv.Atoi(text)
	isOld := false
	handler := Handler(port, machine.Health{Path: "/healthz", ExpectedStatus: 204, MaximumAgeDays: 30}, func() bool { return isOld })
	for _, test := range []struct {
		method, target string
		program, want  int
	}{
		{"GET", "/healthz", 204, 200},
		{"GET", "/healthz", 200, 503},
		{"GET", "/healthz", 302, 503},
		{"GET", "/healthz", 500, 503},
		{"POST", "/healthz", 204, 405},
		{"GET", "/", 204, 404},
		{"GET", "/v1/user", 204, 404},
		{"GET", "/%68ealthz", 204, 404},
	} {
		status = test.program
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, httptest.NewRequest(test.method, test.target, nil))
		if recorder.Code != test.want {
			t.Errorf("%+v: answers %d", test, recorder.Code)
		}
	}
	status = http.StatusNoContent
	isOld = true
	old := httptest.NewRecorder()
	handler.ServeHTTP(old, httptest.NewRequest("GET", "/healthz", nil))
	if old.Code != http.StatusServiceUnavailable || !strings.Contains(old.Body.String(), "older than 30 days") {
		t.Errorf("a machine that is too old answers %d: %s", old.Code, old.Body)
	}
	isOld = false
	program.Close()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest("GET", "/healthz", nil))
	if recorder.Code != http.StatusServiceUnavailable {
		t.Errorf("without a program it answers %d", recorder.Code)
	}
}
