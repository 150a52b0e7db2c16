package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func ask(t *testing.T, method, target string, header map[string]string) (*http.Response, string, string) {
	t.Helper()
	var log bytes.Buffer
	request := httptest.NewRequest(method, target, nil)
	for name, value := range header {
		request.Header.Set(name, value)
	}
	recorder := httptest.NewRecorder()
	handler := newHandler([]byte(testSecret), func() time.Time { return testNow })
	logRequests(slog.New(slog.NewJSONHandler(&log, nil)), handler).ServeHTTP(recorder, request)
	answer := recorder.Result()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body), log.String()
}

func TestRoutes(t *testing.T) {
	for name, test := range map[string]struct {
		method, target, authorization string
		status                        int
		body, contentType, allow      string
	}{
		"health":                     {"GET", "/healthz", "", 204, "", "", ""},
		"health needs no token":      {"GET", "/healthz?x=1", "Basic nonsense", 204, "", "", ""},
		"health by HEAD":             {"HEAD", "/healthz", "", 204, "", "", ""},
		"health by POST":             {"POST", "/healthz", "", 405, "Method Not Allowed\n", "text/plain; charset=utf-8", "GET, HEAD"},
		"user":                       {"GET", "/v1/user", "Bearer " + gilfoyleToken, 200, `{"user_id":"105b3518-646d-463e-adda-d2b939c2d06d","user_full_name":"Bertram Gilfoyle","user_email":"null@piedpiper.com"}`, "application/json", ""},
		"user without a token":       {"GET", "/v1/user", "", 401, "Required authorization token not found\n", "text/plain; charset=utf-8", ""},
		"user with another scheme":   {"GET", "/v1/user", "Basic abc", 401, "Authorization header format must be Bearer {token}\n", "text/plain; charset=utf-8", ""},
		"user with a broken token":   {"GET", "/v1/user", "Bearer abc", 401, "token contains an invalid number of segments\n", "text/plain; charset=utf-8", ""},
		"user by POST, with a token": {"POST", "/v1/user", "Bearer " + gilfoyleToken, 405, "Method Not Allowed\n", "text/plain; charset=utf-8", "GET, HEAD"},
		"user by DELETE, without":    {"DELETE", "/v1/user", "", 405, "Method Not Allowed\n", "text/plain; charset=utf-8", "GET, HEAD"},
		"user with a slash":          {"GET", "/v1/user/", "Bearer " + gilfoyleToken, 404, "Not Found\n", "text/plain; charset=utf-8", ""},
		"root":                       {"GET", "/", "", 404, "Not Found\n", "text/plain; charset=utf-8", ""},
		"upper case":                 {"GET", "/HEALTHZ", "", 404, "Not Found\n", "text/plain; charset=utf-8", ""},
		"health, percent-encoded":    {"GET", "/%68ealthz", "", 404, "Not Found\n", "text/plain; charset=utf-8", ""},
		"health, two slashes":        {"GET", "//healthz", "", 404, "Not Found\n", "text/plain; charset=utf-8", ""},
		"health, by way of a parent": {"GET", "/v1/../healthz", "", 404, "Not Found\n", "text/plain; charset=utf-8", ""},
	} {
		t.Run(name, func(t *testing.T) {
			header := map[string]string{}
			if test.authorization != "" {
				header["Authorization"] = test.authorization
			}
			answer, body, _ := ask(t, test.method, test.target, header)
			if answer.StatusCode != test.status || body != test.body {
				t.Errorf("answers %d %q, want %d %q", answer.StatusCode, body, test.status, test.body)
			}
			if got := answer.Header.Get("Content-Type"); got != test.contentType {
				t.Errorf("Content-Type is %q, want %q", got, test.contentType)
			}
			if got := answer.Header.Get("Allow"); got != test.allow {
				t.Errorf("Allow is %q, want %q", got, test.allow)
			}
		})
	}
}

func TestUserHandsClaimsOn(t *testing.T) {
	for name, test := range map[string]struct {
		claims jwt.MapClaims
		body   string
	}{
		"missing claims are null": {jwt.MapClaims{"user_email": "a@b.example"}, `{"user_id":null,"user_full_name":null,"user_email":"a@b.example"}`},
		"no claim at all":         {jwt.MapClaims{}, `{"user_id":null,"user_full_name":null,"user_email":null}`},
		"a null stays null":       {jwt.MapClaims{"user_id": nil}, `{"user_id":null,"user_full_name":null,"user_email":null}`},
		"a number keeps digits":   {jwt.MapClaims{"user_id": json.Number("9007199254740993")}, `{"user_id":9007199254740993,"user_full_name":null,"user_email":null}`},
		"nothing else leaves":     {jwt.MapClaims{"jti": "x", "role": "admin"}, `{"user_id":null,"user_full_name":null,"user_email":null}`},
	} {
		t.Run(name, func(t *testing.T) {
			token := signed(t, jwt.SigningMethodHS256, []byte(testSecret), test.claims)
			answer, body, _ := ask(t, "GET", "/v1/user", map[string]string{"Authorization": "Bearer " + token})
			if answer.StatusCode != 200 || body != test.body {
				t.Errorf("answers %d %s, want 200 %s", answer.StatusCode, body, test.body)
			}
		})
	}
}

func TestAccessLogHoldsNoToken(t *testing.T) {
	for name, request := range map[string]struct{ method, target, authorization string }{
		"in the header":        {"GET", "/v1/user", "Bearer " + gilfoyleToken},
		"in a refused header":  {"GET", "/v1/user", gilfoyleToken},
		"in the query":         {"GET", "/v1/user?token=" + gilfoyleToken, ""},
		"in the path":          {"GET", "/v1/" + gilfoyleToken, ""},
		"in place of a method": {gilfoyleToken[:36], "/v1/user", ""},
	} {
		t.Run(name, func(t *testing.T) {
			answer, _, log := ask(t, request.method, request.target, map[string]string{"Authorization": request.authorization})
			if strings.Contains(log, gilfoyleToken[:20]) || strings.Contains(log, testSecret) {
				t.Errorf("the log holds what it must not: %s", log)
			}
			var line struct {
				Msg    string `json:"msg"`
				Status int    `json:"status"`
			}
			if err := json.Unmarshal([]byte(log), &line); err != nil || line.Msg != "request" || line.Status != answer.StatusCode {
				t.Errorf("the log line is %q (%v), want a request with status %d", log, err, answer.StatusCode)
			}
		})
	}
}
