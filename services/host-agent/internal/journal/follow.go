package journal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// maximumLineBytes bounds what one journal entry may take in memory; a longer one is passed over.
const maximumLineBytes = 4 << 20

// Matches asks journalctl for what units log, what systemd says of them, and what an identifier logs ("+" is OR).
func Matches(units []string, identifier string) []string {
	matches := []string{"SYSLOG_IDENTIFIER=" + identifier}
	for _, unit := range units {
		matches = append(matches, "+", "_SYSTEMD_UNIT="+unit, "+", "_PID=1", "UNIT="+unit)
	}
	return matches
}

// Arguments of journalctl. `--all`: without it a field above 4 KiB is left out. `--no-tail`: --follow would begin ten lines before the end.
func Arguments(position Position, matches []string) []string {
	arguments := []string{
		"--output=json", "--all", "--follow", "--no-tail", "--no-pager", "--quiet",
		"--output-fields=MESSAGE,PRIORITY,UNIT,_SYSTEMD_UNIT,SYSLOG_IDENTIFIER",
	}
	switch {
	case position.Cursor != "":
		arguments = append(arguments, "--after-cursor="+position.Cursor)
	case position.RealtimeMicroseconds != 0:
		arguments = append(arguments, fmt.Sprintf("--since=@%d", position.RealtimeMicroseconds/1_000_000))
	default:
		arguments = append(arguments, "--boot")
	}
	return append(arguments, matches...)
}

// follow hands over the lines of journalctl until it ends, which it does when ctx does. It reads no further than
// lines are taken: a full pipe stops journalctl, and the journal on disk is the buffer.
func follow(ctx context.Context, arguments []string, lines chan<- []byte) error {
	command := exec.CommandContext(ctx, "journalctl", arguments...)
	var complaint strings.Builder
	command.Stderr = &limitedWriter{&complaint, 1 << 10}
	output, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return fmt.Errorf("cannot start journalctl: %w", err)
	}
	reading := readLines(ctx, output, lines)
	if err := command.Wait(); err != nil {
		return fmt.Errorf("journalctl ended: %w: %s", err, strings.TrimSpace(complaint.String()))
	}
	return errors.Join(errors.New("journalctl ended"), reading)
}

func readLines(ctx context.Context, input io.Reader, lines chan<- []byte) error {
	reader := bufio.NewReaderSize(input, 64<<10)
	var line []byte
	for {
		part, err := reader.ReadSlice('\n')
		if len(line) <= maximumLineBytes {
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return err
		}
		if len(line) <= maximumLineBytes {
			select {
			case lines <- line:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		line = nil
	}
}

// limitedWriter keeps the beginning.
type limitedWriter struct {
	to   io.Writer
	left int
}

func (w *limitedWriter) Write(text []byte) (int, error) {
	kept := text[:min(len(text), w.left)]
	w.left -= len(kept)
	_, err := w.to.Write(kept)
	return len(text), err
}
