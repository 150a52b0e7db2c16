package gcp

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"net/http"
	"strconv"
)

// Read returns the value of a version of projects/<project>/secrets/<name>; without one, of "latest" (Secret Manager,
// projects.secrets.versions.access). No error says anything of the answer's body: it may hold the value.
func (s *Session) Read(ctx context.Context, id, version string) ([]byte, error) {
	if version == "" {
		version = "latest"
	}
	body, err := s.do(ctx, http.MethodGet, s.secrets+"/v1/"+id+"/versions/"+version+":access", nil)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	var answer struct {
		Payload struct {
			Data       string `json:"data"`
			DataCRC32C string `json:"dataCrc32c"`
		} `json:"payload"`
	}
	if json.NewDecoder(body).Decode(&answer) != nil {
		return nil, fmt.Errorf("secret %s: the answer is no JSON", id)
	}
	value, err := base64.StdEncoding.DecodeString(answer.Payload.Data)
	if err != nil {
		return nil, fmt.Errorf("secret %s: the payload is no base64", id)
	}
	if sum := answer.Payload.DataCRC32C; sum != "" && sum != strconv.FormatUint(uint64(crc32.Checksum(value, castagnoli)), 10) {
		return nil, fmt.Errorf("secret %s: %w", id, errChecksum)
	}
	return value, nil
}

var (
	castagnoli  = crc32.MakeTable(crc32.Castagnoli)
	errChecksum = errors.New("the payload's CRC32C differs")
)
