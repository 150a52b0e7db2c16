package main

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	testSecret = "sekret"

	// The token that the deployed service is tried with: valid from 2019 to 2050.
	gilfoyleToken = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJuYmYiOjE1NTQ3NTU1NTUsImV4cCI6MjU1NDc1NTUwMCwiaWF0IjoxNTU0NzU1NTAwLCJqdGkiOiI5ZmRmMGE2Ni00YzllLTRlOTktODc4MC05YjdlOTNlMjFlMjciLCJ1c2VyX2lkIjoiMTA1YjM1MTgtNjQ2ZC00NjNlLWFkZGEtZDJiOTM5YzJkMDZkIiwidXNlcl9mdWxsX25hbWUiOiJCZXJ0cmFtIEdpbGZveWxlIiwidXNlcl9lbWFpbCI6Im51bGxAcGllZHBpcGVyLmNvbSJ9.-A8Gx18iTikKpedcxDlgcc7D8GMWFix0709Vfpbo1SI"
)

var testNow = time.Unix(1_700_000_000, 0)

func signed(t testing.TB, method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
	t.Helper()
	token, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// signedRaw signs any two segments, so that what no library would write can be tried.
func signedRaw(t testing.TB, header, payload string) string {
	t.Helper()
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(header)) + "." + encode([]byte(payload))
	signature, err := jwt.SigningMethodHS256.Sign(text, []byte(testSecret))
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + encode(signature)
}

func TestBearerToken(t *testing.T) {
	for name, test := range map[string]struct {
		header, token string
		err           error
	}{
		"no header":             {"", "", errNoToken},
		"the usual":             {"Bearer abc", "abc", nil},
		"lower-case scheme":     {"bearer abc", "abc", nil},
		"upper-case scheme":     {"BEARER abc", "abc", nil},
		"several spaces":        {"Bearer   abc", "abc", nil},
		"another scheme":        {"Basic abc", "", errHeaderFormat},
		"no scheme":             {"abc", "", errHeaderFormat},
		"no token":              {"Bearer", "", errHeaderFormat},
		"no token, but a space": {"Bearer ", "", errHeaderFormat},
		"three parts":           {"Bearer abc def", "", errHeaderFormat},
		"glued":                 {"Bearerabc", "", errHeaderFormat},
		"only spaces":           {"   ", "", errHeaderFormat},
	} {
		t.Run(name, func(t *testing.T) {
			token, err := bearerToken(test.header)
			if token != test.token || err != test.err {
				t.Errorf("bearerToken(%q) = %q, %v; want %q, %v", test.header, token, err, test.token, test.err)
			}
		})
	}
}

func TestVerify(t *testing.T) {
	key := []byte(testSecret)
	now := testNow.Unix()
	hs256 := func(claims jwt.MapClaims) string { return signed(t, jwt.SigningMethodHS256, key, claims) }
	const header = `{"alg":"HS256","typ":"JWT"}`
	for name, test := range map[string]struct{ token, err string }{
		"the known token":                {gilfoyleToken, ""},
		"no time claims":                 {hs256(jwt.MapClaims{"user_id": "x"}), ""},
		"no claims":                      {hs256(jwt.MapClaims{}), ""},
		"all times good":                 {hs256(jwt.MapClaims{"exp": now + 1, "iat": now, "nbf": now}), ""},
		"fractions of a second":          {hs256(jwt.MapClaims{"exp": float64(now) + 0.5}), ""},
		"no segment":                     {"abc", "token contains an invalid number of segments"},
		"two segments":                   {"a.b", "token contains an invalid number of segments"},
		"four segments":                  {"a.b.c.d", "token contains an invalid number of segments"},
		"a token and a segment":          {gilfoyleToken + ".x", "token contains an invalid number of segments"},
		"empty segments":                 {"..", "signature is invalid"},
		"no base64":                      {"!.!.!", "signature is invalid"},
		"another secret":                 {signed(t, jwt.SigningMethodHS256, []byte("other"), jwt.MapClaims{}), "signature is invalid"},
		"empty secret":                   {signed(t, jwt.SigningMethodHS256, []byte{}, jwt.MapClaims{}), "signature is invalid"},
		"signature cut off":              {gilfoyleToken[:strings.LastIndex(gilfoyleToken, ".")+1], "signature is invalid"},
		"signature no base64":            {gilfoyleToken[:strings.LastIndex(gilfoyleToken, ".")+1] + "%%", "signature is invalid"},
		"payload changed":                {strings.Replace(gilfoyleToken, ".eyJuYmYi", ".eyJuYmYj", 1), "signature is invalid"},
		"HS384":                          {signed(t, jwt.SigningMethodHS384, key, jwt.MapClaims{}), "Expected HS256 signing method but token specified HS384"},
		"HS512":                          {signed(t, jwt.SigningMethodHS512, key, jwt.MapClaims{}), "Expected HS256 signing method but token specified HS512"},
		"none":                           {signed(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, jwt.MapClaims{}), "Expected HS256 signing method but token specified none"},
		"None, spelled otherwise":        {signedRaw(t, `{"alg":"NONE"}`, `{}`), "Expected HS256 signing method but token specified NONE"},
		"RS256":                          {signedRaw(t, `{"alg":"RS256"}`, `{}`), "Expected HS256 signing method but token specified RS256"},
		"unheard of":                     {signedRaw(t, `{"alg":"ROT13"}`, `{}`), "Expected HS256 signing method but token specified ROT13"},
		"lower case":                     {signedRaw(t, `{"alg":"hs256"}`, `{}`), "Expected HS256 signing method but token specified hs256"},
		"no algorithm":                   {signedRaw(t, `{"typ":"JWT"}`, `{}`), "Expected HS256 signing method but token specified "},
		"algorithm is a number":          {signedRaw(t, `{"alg":256}`, `{}`), "Expected HS256 signing method but token specified "},
		"algorithm with a line break":    {signedRaw(t, `{"alg":"a\r\nb"}`, `{}`), "Expected HS256 signing method but token specified a??b"},
		"algorithm without end":          {signedRaw(t, `{"alg":"`+strings.Repeat("x", 5000)+`"}`, `{}`), "Expected HS256 signing method but token specified " + strings.Repeat("x", 32)},
		"header is no object":            {signedRaw(t, `[]`, `{}`), "token header or claims are not a JSON object"},
		"header is null":                 {signedRaw(t, `null`, `{}`), "signature is invalid"},
		"claims are no object":           {signedRaw(t, header, `[]`), "token header or claims are not a JSON object"},
		"claims are no JSON":             {signedRaw(t, header, `{`), "token header or claims are not a JSON object"},
		"expired":                        {hs256(jwt.MapClaims{"exp": now - 1}), "Token is expired"},
		"expires now":                    {hs256(jwt.MapClaims{"exp": now}), "Token is expired"},
		"expired in 1970":                {hs256(jwt.MapClaims{"exp": 0}), "Token is expired"},
		"exp is text":                    {hs256(jwt.MapClaims{"exp": "2554755500"}), "Token is expired"},
		"exp is null":                    {hs256(jwt.MapClaims{"exp": nil}), "Token is expired"},
		"exp too large for a float":      {signedRaw(t, header, `{"exp":1e999}`), "Token is expired"},
		"exp very far":                   {signedRaw(t, header, `{"exp":1e300}`), ""},
		"issued tomorrow":                {hs256(jwt.MapClaims{"iat": now + 86400}), "Token used before issued"},
		"iat is a list":                  {hs256(jwt.MapClaims{"iat": []int{1}}), "Token used before issued"},
		"not valid yet":                  {hs256(jwt.MapClaims{"nbf": now + 1}), "Token is not valid yet"},
		"nbf very far":                   {signedRaw(t, header, `{"nbf":1e300}`), "Token is not valid yet"},
		"nbf is true":                    {hs256(jwt.MapClaims{"nbf": true}), "Token is not valid yet"},
		"algorithm before signature":     {signed(t, jwt.SigningMethodHS384, []byte("other"), jwt.MapClaims{"exp": 1}), "Expected HS256 signing method but token specified HS384"},
		"signature before expiry":        {signed(t, jwt.SigningMethodHS256, []byte("other"), jwt.MapClaims{"exp": 1}), "signature is invalid"},
		"expiry before issue":            {hs256(jwt.MapClaims{"exp": 1, "iat": now + 9, "nbf": now + 9}), "Token is expired"},
		"issue before beginning":         {hs256(jwt.MapClaims{"iat": now + 9, "nbf": now + 9}), "Token used before issued"},
		"claims unread before algorithm": {signedRaw(t, `{"alg":"HS384"}`, `[]`), "Expected HS256 signing method but token specified HS384"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := verify(test.token, key, testNow)
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != test.err {
				t.Errorf("verify(%q) = %q, want %q", test.token, got, test.err)
			}
		})
	}
}

// FuzzVerify: whatever comes in, the answer is one line, and only a token signed with the secret is let in.
func FuzzVerify(f *testing.F) {
	f.Add("Bearer "+gilfoyleToken, testSecret)
	f.Add("bearer "+signedRaw(f, `{"alg":"none"}`, `{}`), testSecret)
	f.Add("Bearer "+signedRaw(f, `{"alg":"HS256"}`, `{"exp":1e999,"iat":null}`), testSecret)
	f.Add("Bearer a.b.c", "")
	f.Add("Basic a.b.c", "x")
	f.Fuzz(func(t *testing.T, header, secret string) {
		token, err := bearerToken(header)
		if err != nil {
			return
		}
		_, err = verify(token, []byte(secret), testNow)
		if err == nil && !signedAsIs(token, []byte(secret)) {
			t.Fatalf("let in %q, which %q did not sign", token, secret)
		}
		if err != nil && (err.Error() == "" || strings.ContainsAny(err.Error(), "\r\n")) {
			t.Fatalf("answers %q, which is not one line", err)
		}
		if errors.Is(err, errSegments) != (strings.Count(token, ".") != 2) {
			t.Fatalf("answers %v to %q", err, token)
		}
	})
}
