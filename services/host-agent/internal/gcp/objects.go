package gcp

import (
	"context"
	"io"
	"net/http"
	"net/url"
)

// Open opens an object of Cloud Storage (JSON API, objects.get with alt=media); an empty version, its generation, is the current one.
func (s *Session) Open(ctx context.Context, bucket, key, version string) (io.ReadCloser, error) {
	query := url.Values{"alt": {"media"}}
	if version != "" {
		query.Set("generation", version)
	}
	return s.do(ctx, http.MethodGet, s.storage+"/storage/v1/b/"+url.PathEscape(bucket)+"/o/"+url.PathEscape(key)+"?"+query.Encode(), nil)
}
