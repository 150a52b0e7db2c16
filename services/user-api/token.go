package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/golang-jwt/jwt/v5"
)

// What a client is told. Clients match these texts, so they stay whatever the library says.
var (
	errNoToken         = errors.New("Required authorization token not found")
	errHeaderFormat    = errors.New("Authorization header format must be Bearer {token}")
	errSegments        = errors.New("token contains an invalid number of segments")
	errSignature       = errors.New("signature is invalid")
	errExpired         = errors.New("Token is expired")
	errUsedBeforeIssue = errors.New("Token used before issued")
	errNotValidYet     = errors.New("Token is not valid yet")

	// Only a holder of the secret can meet this one: a valid signature over something that is no JSON object.
	errClaims = errors.New("token header or claims are not a JSON object")
)

// maxAlgorithmRunes bounds what of a token's own words is said back.
const maxAlgorithmRunes = 32

// bearerToken takes the token from the value of the Authorization header. The scheme is case-insensitive.
func bearerToken(header string) (string, error) {
	if header == "" {
		return "", errNoToken
	}
	parts := strings.Fields(header)
	if len(parts) != 2 || !strings.EqualFold(parts[0], "Bearer") {
		return "", errHeaderFormat
	}
	return parts[1], nil
}

// verify checks, in this order: the number of segments, the algorithm, the signature, exp, iat, nbf; the first that
// fails is the error. A time claim is checked where it is present; one that is no number fails its check.
func verify(token string, secret []byte, now time.Time) (jwt.MapClaims, error) {
	if strings.Count(token, ".") != 2 {
		return nil, errSegments
	}
	claims := jwt.MapClaims{}
	parsed, err := parser.ParseWithClaims(token, claims, func(*jwt.Token) (any, error) { return secret, nil })
	if err := checkAlgorithm(parsed); err != nil {
		return nil, err
	}
	switch {
	case errors.Is(err, jwt.ErrTokenMalformed) && signedAsIs(token, secret):
		return nil, errClaims
	case err != nil:
		return nil, errSignature
	}
	return claims, checkTimes(claims, float64(now.UnixNano())/float64(time.Second))
}

// JSON numbers stay as they were written: a numeric claim is handed on digit by digit.
var parser = jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Name}), jwt.WithoutClaimsValidation(), jwt.WithJSONNumber())

// checkAlgorithm is told nothing (nil) of a header that could not be read: then there is no signature to speak of either.
func checkAlgorithm(parsed *jwt.Token) error {
	if parsed == nil || parsed.Header == nil {
		return nil
	}
	algorithm, _ := parsed.Header["alg"].(string)
	if algorithm == jwt.SigningMethodHS256.Name {
		return nil
	}
	return fmt.Errorf("Expected %s signing method but token specified %s", jwt.SigningMethodHS256.Name, printable(algorithm))
}

// printable keeps an answer one line and short.
func printable(text string) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text))
	return string(runes[:min(len(runes), maxAlgorithmRunes)])
}

// signedAsIs says whether the last segment signs the other two, whatever these are.
func signedAsIs(token string, secret []byte) bool {
	cut := strings.LastIndexByte(token, '.')
	signature, err := jwt.NewParser().DecodeSegment(token[cut+1:])
	return err == nil && jwt.SigningMethodHS256.Verify(token[:cut], signature, secret) == nil
}

func checkTimes(claims jwt.MapClaims, now float64) error {
	if seconds, present, valid := timeClaim(claims, "exp"); present && (!valid || now >= seconds) {
		return errExpired
	}
	if seconds, present, valid := timeClaim(claims, "iat"); present && (!valid || now < seconds) {
		return errUsedBeforeIssue
	}
	if seconds, present, valid := timeClaim(claims, "nbf"); present && (!valid || now < seconds) {
		return errNotValidYet
	}
	return nil
}

// timeClaim reads seconds since 1970 (RFC 7519, NumericDate). Compared as numbers and not as time.Time, which would
// wrap around on a claim such as 1e300.
func timeClaim(claims jwt.MapClaims, name string) (seconds float64, present, valid bool) {
	claim, present := claims[name]
	number, ok := claim.(json.Number)
	if !present || !ok {
		return 0, present, false
	}
	seconds, err := number.Float64()
	return seconds, true, err == nil
}
