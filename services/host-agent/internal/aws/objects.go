package aws

import (
	"context"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Objects reads S3. The caller checks the SHA-256, so S3's own checksums are asked for only where it insists.
type Objects struct{ client *s3.Client }

// Objects of S3, in the session's region.
func (s *Session) Objects() Objects {
	return Objects{s3.NewFromConfig(s.config, func(options *s3.Options) {
		options.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	})}
}

// Open opens an object; an empty version is the current one.
func (o Objects) Open(ctx context.Context, bucket, key, version string) (io.ReadCloser, error) {
	input := &s3.GetObjectInput{Bucket: &bucket, Key: &key}
	if version != "" {
		input.VersionId = &version
	}
	object, err := o.client.GetObject(ctx, input)
	if err != nil {
		return nil, fmt.Errorf("s3://%s/%s: %w", bucket, key, err)
	}
	return object.Body, nil
}
