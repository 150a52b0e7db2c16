package journal

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// Position is how far the journal was shipped. The time stands in for a cursor that the journal no longer knows.
type Position struct {
	Cursor               string `json:"cursor"`
	RealtimeMicroseconds int64  `json:"realtimeMicroseconds"`
}

// LoadPosition reads a position; what is missing or unreadable is the beginning.
func LoadPosition(path string) Position {
	var position Position
	if text, err := os.ReadFile(path); err == nil && json.Unmarshal(text, &position) != nil {
		return Position{}
	}
	return position
}

func (p Position) save(path string) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	temporary := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".new")
	if err := os.WriteFile(temporary, text, 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
