// Package retry repeats what may yet succeed.
package retry

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"
)

// Policy is exponential backoff with full jitter above a half.
type Policy struct {
	First, Longest time.Duration
}

// Default begins at one second and ends at half a minute.
var Default = Policy{First: time.Second, Longest: 30 * time.Second}

type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error that no repetition can help.
func Permanent(err error) error { return permanent{err} }

// Do calls attempt until it succeeds, fails permanently, or ctx ends; then it returns the last error. Each failure is logged.
func Do(ctx context.Context, policy Policy, log *slog.Logger, what string, attempt func(context.Context) error) error {
	pause := policy.First
	for n := 1; ; n++ {
		err := attempt(ctx)
		if err == nil {
			return nil
		}
		if stop := (permanent{}); errors.As(err, &stop) {
			return stop.error
		}
		wait := pause/2 + rand.N(pause/2+1)
		log.Warn("failed; will try again", "what", what, "attempt", n, "wait_seconds", wait.Seconds(), "error", err.Error())
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
		pause = min(2*pause, policy.Longest)
	}
}
