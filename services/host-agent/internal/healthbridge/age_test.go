package healthbridge

import (
	"fmt"
	"testing"
	"time"
)

func TestExpired(t *testing.T) {
	born := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	after := func(days float64) func() time.Time {
		return func() time.Time { return born.Add(time.Duration(days * float64(24*time.Hour))) }
	}
	gone := 0
	for machine := range 100 {
		name := fmt.Sprintf("sandpiper-prod-user-api-%04d", machine)
		if Expired(name, born, 30, after(26.9))() {
			t.Errorf("%s goes before its last tenth", name)
		}
		if !Expired(name, born, 30, after(30.1))() {
			t.Errorf("%s is too old and stays", name)
		}
		if Expired(name, born, 30, after(28.5))() {
			gone++
		}
		if Expired(name, born, 0, after(4000))() {
			t.Errorf("%s goes although it may get as old as it likes", name)
		}
	}
	if gone < 25 || gone > 75 {
		t.Errorf("%d of 100 machines are gone in the middle of the last tenth, not about a half", gone)
	}
}
