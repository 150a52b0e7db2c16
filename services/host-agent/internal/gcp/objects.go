package gcp

import (
	"context"
	"io"
	"net/http"
	"net/url"
)

// Open opens an object of Cloud Storage (JSON API, objects.get with alt=media).
func (s *Session) Open(ctx context.Context, bucket, key string) (io.ReadCloser, error) {
	return s.do(ctx, http.MethodGet, s.storage+"/storage/v1/b/"+url.PathEscape(bucket)+"/o/"+url.PathEscape(key)+"?alt=media", nil)
}
