package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sandpiper/services/host-agent/internal/retry"
)

func line(cursor int, message any) []byte {
	text, err := json.Marshal(map[string]any{"__CURSOR": fmt.Sprintf("c%d", cursor), "__REALTIME_TIMESTAMP": fmt.Sprint(1_700_000_000_000_000 + cursor),
		"PRIORITY": "4", "_SYSTEMD_UNIT": "user-api.service", "MESSAGE": message})
	if err != nil {
		panic(err)
	}
	return text
}

func TestParse(t *testing.T) {
	origin := Origin{"user-api", "prod"}
	long := strings.Repeat("é", maximumMessageBytes)
	for name, test := range map[string]struct {
		message any
		want    string
	}{
		"text":                   {"hello", `"hello"`},
		"an object":              {`{"a":1}`, `{"a":1}`},
		"nearly an object":       {`{"a":1`, `"{\"a\":1"`},
		"bytes":                  {[]int{104, 105, 255}, `"hi�"`},
		"several":                {[]string{"first", "second"}, `"first"`},
		"nothing":                {nil, `""`},
		"long, cut at character": {long, `"` + strings.Repeat("é", maximumMessageBytes/2) + cutOff + `"`},
	} {
		t.Run(name, func(t *testing.T) {
			event, err := parse(line(1, test.message), origin)
			if err != nil {
				t.Fatal(err)
			}
			want := `{"service":"user-api","environment":"prod","unit":"user-api.service","priority":4,"message":` + test.want + `}`
			if string(event.Body) != want || event.Cursor != "c1" || event.Priority != 4 || !event.Time.Equal(time.UnixMicro(1_700_000_000_000_001)) {
				t.Errorf("read as %.200s %s %d %s", event.Body, event.Cursor, event.Priority, event.Time)
			}
		})
	}
	for _, foreign := range []string{"", "-- Boot --", "[]", "{}", `{"__CURSOR":"c","__REALTIME_TIMESTAMP":"x"}`} {
		if _, err := parse([]byte(foreign), origin); !errors.Is(err, errForeign) {
			t.Errorf("%q is taken: %v", foreign, err)
		}
	}
}

func TestReadLinesPassesOverWhatIsTooLong(t *testing.T) {
	input := "a\n" + strings.Repeat("x", maximumLineBytes+1) + "\nb\nhalf a line"
	lines := make(chan []byte, 9)
	if err := readLines(context.Background(), strings.NewReader(input), lines); err != io.EOF {
		t.Error(err)
	}
	close(lines)
	var got []string
	for line := range lines {
		got = append(got, string(line))
	}
	if !slices.Equal(got, []string{"a\n", "b\n"}) {
		t.Errorf("read %.40q", got)
	}
}

// sink takes what it is told to; refuse answers for a batch.
type sink struct {
	refuse func(events []Event) error
	taken  []string
	done   func(taken int)
}

func (s *sink) Write(_ context.Context, events []Event) error {
	if s.refuse != nil {
		if err := s.refuse(events); err != nil {
			return err
		}
	}
	for _, event := range events {
		s.taken = append(s.taken, event.Cursor)
	}
	s.done(len(s.taken))
	return nil
}

func shipper(t *testing.T, to Sink) *Shipper {
	return &Shipper{Sink: to, PositionFile: filepath.Join(t.TempDir(), "position.json"),
		Retry: retry.Policy{First: time.Millisecond, Longest: time.Millisecond}, Log: slog.New(slog.DiscardHandler)}
}

// feed hands over lines and then waits, as --follow does.
func feed(count int) func(context.Context, []string, chan<- []byte) error {
	return func(ctx context.Context, _ []string, lines chan<- []byte) error {
		for n := range count {
			select {
			case lines <- line(n, "m"):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		<-ctx.Done()
		return ctx.Err()
	}
}

func numbered(count int, without ...int) []string {
	var cursors []string
	for n := range count {
		if !slices.Contains(without, n) {
			cursors = append(cursors, fmt.Sprintf("c%d", n))
		}
	}
	return cursors
}

func TestShipsEverythingInOrderThroughAnOutage(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	failures := 3
	to := &sink{
		refuse: func([]Event) error {
			if failures--; failures >= 0 {
				return errors.New("away")
			}
			return nil
		},
		done: func(taken int) {
			if taken == 2500 {
				cancel()
			}
		},
	}
	one := shipper(t, to)
	one.Follow = feed(2500)
	one.Run(ctx)
	if !slices.Equal(to.taken, numbered(2500)) {
		t.Errorf("took %d events", len(to.taken))
	}
	if position := LoadPosition(one.PositionFile); position.Cursor != "c2499" {
		t.Errorf("position is %+v", position)
	}
}

func TestOneRejectedEventCostsNoOther(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	to := &sink{
		refuse: func(events []Event) error {
			if slices.ContainsFunc(events, func(event Event) bool { return event.Cursor == "c7" }) {
				return fmt.Errorf("%w: c7", ErrRejected)
			}
			return nil
		},
		done: func(taken int) {
			if taken == 19 {
				cancel()
			}
		},
	}
	one := shipper(t, to)
	one.Follow = feed(20)
	one.Run(ctx)
	if !slices.Equal(to.taken, numbered(20, 7)) {
		t.Errorf("took %v", to.taken)
	}
}

func TestCursorThatTheJournalLostIsLeftForTheTime(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	to := &sink{done: func(int) { cancel() }}
	one := shipper(t, to)
	if err := (Position{"lost", 1_700_000_000_000_000}).save(one.PositionFile); err != nil {
		t.Fatal(err)
	}
	var asked []string
	one.Follow = func(ctx context.Context, arguments []string, lines chan<- []byte) error {
		asked = append(asked, arguments[len(arguments)-1])
		if strings.HasPrefix(arguments[len(arguments)-1], "--after-cursor") {
			return errors.New("failed to seek to cursor")
		}
		return feed(1)(ctx, arguments, lines)
	}
	one.Run(ctx)
	if !slices.Equal(asked, []string{"--after-cursor=lost", "--since=@1700000000"}) {
		t.Errorf("asked %v", asked)
	}
}

func TestMatchesAskForTheseUnitsOnly(t *testing.T) {
	got := strings.Join(Matches([]string{"a.service"}, "boot"), " ")
	if got != "SYSLOG_IDENTIFIER=boot + _SYSTEMD_UNIT=a.service + _PID=1 UNIT=a.service" {
		t.Error(got)
	}
	if arguments := Arguments(Position{}, nil); arguments[len(arguments)-1] != "--boot" {
		t.Errorf("begins with %v", arguments)
	}
}
