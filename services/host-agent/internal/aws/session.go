// Package aws is the agent's access to AWS: S3, Secrets Manager and CloudWatch Logs with the instance's own role.
package aws

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
)

// Session is one set of credentials for one region.
type Session struct {
	config   aws.Config
	metadata *imds.Client
}

// Open reads the SDK's standard environment; on an instance the credentials come from instance metadata v2, never v1.
func Open(ctx context.Context, region string) (*Session, error) {
	withoutV1 := func(options *imds.Options) { options.EnableFallback = aws.FalseTernary }
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(region),
		config.WithEC2RoleCredentialOptions(func(options *ec2rolecreds.Options) {
			options.Client = imds.New(imds.Options{}, withoutV1)
		}))
	if err != nil {
		return nil, fmt.Errorf("cannot set up the AWS SDK: %w", err)
	}
	return &Session{config: cfg, metadata: imds.NewFromConfig(cfg, withoutV1)}, nil
}

// InstanceID names the machine.
func (s *Session) InstanceID(ctx context.Context) (string, error) {
	document, err := s.metadata.GetInstanceIdentityDocument(ctx, nil)
	if err != nil {
		return "", fmt.Errorf("cannot read the instance identity: %w", err)
	}
	return document.InstanceID, nil
}
