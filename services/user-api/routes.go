package main

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
)

const (
	healthPath = "/healthz"
	userPath   = "/v1/user"
)

// user is the answer of GET /v1/user. A claim that the token lacks is null; one that it has is handed on as it is.
type user struct {
	ID       any `json:"user_id"`
	FullName any `json:"user_full_name"`
	Email    any `json:"user_email"`
}

// newHandler routes by the path exactly as it was sent: no cleaning and no decoding, so that no other spelling of a
// path reaches it.
func newHandler(secret []byte, now func() time.Time) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.EscapedPath() {
		case healthPath:
			onlyGet(w, r, func() { w.WriteHeader(http.StatusNoContent) })
		case userPath:
			onlyGet(w, r, func() { answerUser(w, r, secret, now()) })
		default:
			http.Error(w, "Not Found", http.StatusNotFound)
		}
	})
}

// onlyGet lets GET and HEAD pass; net/http drops the body of an answer to HEAD.
func onlyGet(w http.ResponseWriter, r *http.Request, answer func()) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	answer()
}

func answerUser(w http.ResponseWriter, r *http.Request, secret []byte, now time.Time) {
	w.Header().Set("Cache-Control", "no-store")
	token, err := bearerToken(r.Header.Get("Authorization"))
	if err != nil {
		unauthorized(w, err)
		return
	}
	claims, err := verify(token, secret, now)
	if err != nil {
		unauthorized(w, err)
		return
	}
	body, err := json.Marshal(user{claims["user_id"], claims["user_full_name"], claims["user_email"]})
	if err != nil {
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

func unauthorized(w http.ResponseWriter, err error) {
	header := w.Header()
	header.Set("WWW-Authenticate", "Bearer")
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = io.WriteString(w, err.Error()+"\n")
}
