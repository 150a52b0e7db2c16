package aws

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// Secrets reads Secrets Manager.
type Secrets struct{ client *secretsmanager.Client }

// Secrets of Secrets Manager. One that is named by an ARN is read in the ARN's region.
func (s *Session) Secrets() Secrets { return Secrets{secretsmanager.NewFromConfig(s.config)} }

// Read returns the value of a version; without one, of AWSCURRENT.
func (s Secrets) Read(ctx context.Context, id, version string) ([]byte, error) {
	input := &secretsmanager.GetSecretValueInput{SecretId: &id}
	if version != "" {
		input.VersionId = &version
	}
	value, err := s.client.GetSecretValue(ctx, input, func(options *secretsmanager.Options) {
		if parsed, err := arn.Parse(id); err == nil && parsed.Region != "" {
			options.Region = parsed.Region
		}
	})
	if err != nil {
		return nil, fmt.Errorf("secret %s: %w", id, err)
	}
	if value.SecretString != nil {
		return []byte(aws.ToString(value.SecretString)), nil
	}
	return value.SecretBinary, nil
}
