// Package journal ships the systemd journal of this machine's service to the cloud.
package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Event is one message of the journal, ready to send.
type Event struct {
	// ID is the same for the same message, however often it is sent.
	ID       string
	Cursor   string
	Time     time.Time
	Priority int
	// Body is a JSON object.
	Body json.RawMessage
}

// Origin is what each event says of where it comes from.
type Origin struct{ Service, Environment string }

// maximumMessageBytes keeps an event below 256 KB, the smallest limit of the two clouds, even where every byte is escaped.
const maximumMessageBytes = 40 << 10

const cutOff = " … [cut off]"

// errForeign marks a line that is no journal entry.
var errForeign = errors.New("not a journal entry")

// parse reads one line of `journalctl -o json --all`. A field is a string, or a list of bytes where it is no UTF-8,
// or a list of either where it occurs several times.
func parse(line []byte, origin Origin) (Event, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		return Event{}, errForeign
	}
	cursor := text(fields["__CURSOR"])
	micros, err := strconv.ParseInt(text(fields["__REALTIME_TIMESTAMP"]), 10, 64)
	if err != nil || cursor == "" {
		return Event{}, errForeign
	}
	priority, err := strconv.Atoi(text(fields["PRIORITY"]))
	if err != nil {
		priority = 6
	}
	body, err := json.Marshal(struct {
		Service     string `json:"service"`
		Environment string `json:"environment"`
		Unit        string `json:"unit"`
		Priority    int    `json:"priority"`
		Message     any    `json:"message"`
	}{origin.Service, origin.Environment, unitOf(fields), priority, message(text(fields["MESSAGE"]))})
	if err != nil {
		return Event{}, err
	}
	digest := sha256.Sum256([]byte(cursor))
	return Event{hex.EncodeToString(digest[:16]), cursor, time.UnixMicro(micros), priority, body}, nil
}

func unitOf(fields map[string]json.RawMessage) string {
	for _, name := range []string{"UNIT", "_SYSTEMD_UNIT", "SYSLOG_IDENTIFIER"} {
		if unit := text(fields[name]); unit != "" {
			return unit
		}
	}
	return ""
}

func text(field json.RawMessage) string {
	var whole string
	if json.Unmarshal(field, &whole) == nil {
		return whole
	}
	var numbers []int
	if json.Unmarshal(field, &numbers) == nil {
		bytes := make([]byte, len(numbers))
		for i, number := range numbers {
			bytes[i] = byte(number)
		}
		return string(bytes)
	}
	var several []json.RawMessage
	if json.Unmarshal(field, &several) == nil && len(several) > 0 {
		return text(several[0])
	}
	return ""
}

// message keeps a JSON object as an object, so that its fields can be searched for.
func message(text string) any {
	if len(text) <= maximumMessageBytes && strings.HasPrefix(text, "{") && json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= maximumMessageBytes {
		return text
	}
	end := maximumMessageBytes
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + cutOff
}
