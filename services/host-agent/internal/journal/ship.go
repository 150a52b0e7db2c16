package journal

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"sandpiper/services/host-agent/internal/retry"
)

// ErrRejected is a Sink's word that no repetition will make it take these events.
var ErrRejected = errors.New("events rejected")

// Sink is the cloud's log store.
type Sink interface {
	Write(ctx context.Context, events []Event) error
}

// A batch is sent when it is as large as this, or as old. All that the shipper holds is one batch.
const (
	batchEvents = 1_000
	batchBytes  = 768 << 10
	batchAge    = time.Second
)

// Shipper sends the journal to a sink, at least once and in order.
type Shipper struct {
	Sink         Sink
	Origin       Origin
	Matches      []string
	PositionFile string
	Retry        retry.Policy
	Log          *slog.Logger

	// Follow is journalctl; tests give another.
	Follow func(ctx context.Context, arguments []string, lines chan<- []byte) error
}

// Run ships until ctx ends. journalctl is started again whenever it ends.
func (s *Shipper) Run(ctx context.Context) {
	if s.Follow == nil {
		s.Follow = follow
	}
	for ctx.Err() == nil {
		_ = retry.Do(ctx, s.Retry, s.Log, "follow the journal", func(ctx context.Context) error {
			position := LoadPosition(s.PositionFile)
			shipped, err := s.session(ctx, position)
			if err != nil && shipped == 0 && position.Cursor != "" && ctx.Err() == nil {
				// The journal may have been rotated beyond the cursor, or replaced: go on by time.
				position.Cursor = ""
				err = errors.Join(err, position.save(s.PositionFile))
			}
			if shipped > 0 && err != nil {
				s.Log.Warn("the journal must be followed anew", "error", err.Error())
				return nil // begin again with the shortest pause
			}
			return err
		})
	}
}

// session follows the journal once, and returns how many events it shipped.
func (s *Shipper) session(ctx context.Context, position Position) (int, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lines := make(chan []byte)
	ended := make(chan error, 1)
	go func() {
		ended <- s.Follow(ctx, Arguments(position, s.Matches), lines)
		close(lines)
	}()
	shipped := 0
	for {
		batch, more := s.collect(lines)
		if len(batch) > 0 {
			if err := s.deliver(ctx, batch); err != nil {
				return shipped, err
			}
			shipped += len(batch)
		}
		if !more {
			return shipped, <-ended
		}
	}
}

// collect waits for a first event and gathers what follows it within batchAge.
func (s *Shipper) collect(lines <-chan []byte) (batch []Event, more bool) {
	bytes := 0
	var due <-chan time.Time
	for len(batch) < batchEvents && bytes < batchBytes {
		select {
		case line, open := <-lines:
			if !open {
				return batch, false
			}
			event, err := parse(line, s.Origin)
			if err != nil {
				continue
			}
			if due == nil {
				due = time.After(batchAge)
			}
			batch = append(batch, event)
			bytes += len(event.Body)
		case <-due:
			return batch, true
		}
	}
	return batch, true
}

// deliver tries for as long as ctx lasts, then remembers the position. A batch that is rejected is halved until
// the event at fault is alone; that one is dropped, and said to be.
func (s *Shipper) deliver(ctx context.Context, batch []Event) error {
	err := retry.Do(ctx, s.Retry, s.Log, "ship the journal", func(ctx context.Context) error {
		err := s.Sink.Write(ctx, batch)
		if errors.Is(err, ErrRejected) {
			return retry.Permanent(err)
		}
		return err
	})
	switch {
	case err == nil:
	case !errors.Is(err, ErrRejected):
		return err
	case len(batch) == 1:
		s.Log.Error("the log store rejects an event; it is dropped", "cursor", batch[0].Cursor, "error", err.Error())
	default:
		half := len(batch) / 2
		return errors.Join(s.deliver(ctx, batch[:half]), s.deliver(ctx, batch[half:]))
	}
	last := batch[len(batch)-1]
	if err := (Position{last.Cursor, last.Time.UnixMicro()}).save(s.PositionFile); err != nil {
		s.Log.Warn("cannot save how far the journal was shipped", "error", err.Error())
	}
	return nil
}
