package aws

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"sandpiper/services/host-agent/internal/journal"
)

// Limits of one PutLogEvents (CloudWatch Logs API reference, "PutLogEvents").
const (
	maximumBatchBytes  = 1_048_576
	maximumBatchEvents = 10_000
	eventOverheadBytes = 26
	maximumBatchSpan   = 24 * time.Hour
)

// Logs writes one log stream.
type Logs struct {
	client        *cloudwatchlogs.Client
	group, stream string
	log           *slog.Logger
}

// Logs of one stream in an existing group; the stream is made when it is missing.
func (s *Session) Logs(group, stream string, log *slog.Logger) *Logs {
	return &Logs{cloudwatchlogs.NewFromConfig(s.config), group, stream, log}
}

// Write sends the events, in as many calls as the API's limits ask for.
func (l *Logs) Write(ctx context.Context, events []journal.Event) error {
	for _, batch := range batches(inputEvents(events)) {
		if err := l.put(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

func inputEvents(events []journal.Event) []types.InputLogEvent {
	inputs := make([]types.InputLogEvent, len(events))
	for i, event := range events {
		inputs[i] = types.InputLogEvent{Timestamp: aws.Int64(event.Time.UnixMilli()), Message: aws.String(string(event.Body))}
	}
	// The journal is in the order of arrival; a clock that was set back breaks the order of time, which the API demands.
	slices.SortStableFunc(inputs, func(a, b types.InputLogEvent) int { return int(*a.Timestamp - *b.Timestamp) })
	return inputs
}

// batches cuts sorted events where one more would break a limit.
func batches(events []types.InputLogEvent) [][]types.InputLogEvent {
	var cut [][]types.InputLogEvent
	begin, bytes := 0, 0
	for i, event := range events {
		size := len(*event.Message) + eventOverheadBytes
		span := *event.Timestamp - *events[begin].Timestamp
		if i > begin && (bytes+size > maximumBatchBytes || i-begin >= maximumBatchEvents || span >= maximumBatchSpan.Milliseconds()) {
			cut = append(cut, events[begin:i])
			begin, bytes = i, 0
		}
		bytes += size
	}
	if begin < len(events) {
		cut = append(cut, events[begin:])
	}
	return cut
}

func (l *Logs) put(ctx context.Context, batch []types.InputLogEvent) error {
	err := l.putOnce(ctx, batch)
	if missing := (*types.ResourceNotFoundException)(nil); errors.As(err, &missing) {
		if err := l.createStream(ctx); err != nil {
			return err
		}
		err = l.putOnce(ctx, batch)
	}
	if invalid := (*types.InvalidParameterException)(nil); errors.As(err, &invalid) {
		return fmt.Errorf("%w: %w", journal.ErrRejected, err)
	}
	if taken := (*types.DataAlreadyAcceptedException)(nil); errors.As(err, &taken) {
		return nil
	}
	return err
}

func (l *Logs) putOnce(ctx context.Context, batch []types.InputLogEvent) error {
	output, err := l.client.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: &l.group, LogStreamName: &l.stream, LogEvents: batch})
	if err != nil {
		return err
	}
	if output.RejectedLogEventsInfo != nil {
		l.log.Warn("CloudWatch Logs left out events that are too old or too new", "events", len(batch))
	}
	return nil
}

func (l *Logs) createStream(ctx context.Context) error {
	_, err := l.client.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &l.group, LogStreamName: &l.stream})
	if exists := (*types.ResourceAlreadyExistsException)(nil); errors.As(err, &exists) {
		return nil
	}
	return err
}
