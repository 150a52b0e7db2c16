import type { Lb } from '@cdktf/provider-aws/lib/lb';
import { LbListener } from '@cdktf/provider-aws/lib/lb-listener';
import { LbListenerCertificate } from '@cdktf/provider-aws/lib/lb-listener-certificate';
import { LbListenerRule } from '@cdktf/provider-aws/lib/lb-listener-rule';
import type { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import type { ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { ServedCertificates } from './certificate';
import { DEFAULT_SSL_POLICY } from './options';
import { GUARD_PRIORITY, guardedPatterns, pathRules } from './path-rules';
import type { ResolvedTlsServiceProps } from '../../tls-service/resolve';
import type { AwsService } from './service';
import { guardAgainstDeletion } from '../../props/deletion-guard';

/** One year, the least that browsers' preload lists take. */
const STRICT_TRANSPORT_SECURITY = 'max-age=31536000';

const NOT_FOUND = {
  type: 'fixed-response',
  fixedResponse: { contentType: 'text/plain', messageBody: 'Not found\n', statusCode: '404' },
};

/** The listeners and what must be there before a target can become healthy. */
export interface Listeners {
  readonly https: LbListener;
  readonly http: LbListener;
  readonly rules: readonly ITerraformDependable[];
}

/** HTTPS on 443, which forwards the public paths and answers the rest with 404; HTTP on 80, which redirects. */
export function addListeners(
  service: AwsService,
  options: {
    readonly loadBalancer: Lb;
    readonly targetGroup: LbTargetGroup;
    readonly certificates: ServedCertificates;
  },
): Listeners {
  const { scope, props } = service;
  const { loadBalancer, targetGroup, certificates } = options;
  const https = new LbListener(scope, 'https', {
    loadBalancerArn: loadBalancer.arn,
    port: 443,
    protocol: 'HTTPS',
    sslPolicy: props.aws?.sslPolicy ?? DEFAULT_SSL_POLICY,
    certificateArn: certificates.defaultArn,
    routingHttpResponseServerEnabled: false,
    routingHttpResponseStrictTransportSecurityHeaderValue: STRICT_TRANSPORT_SECURITY,
    routingHttpResponseXContentTypeOptionsHeaderValue: 'nosniff',
    defaultAction: [NOT_FOUND],
  });
  guardAgainstDeletion(https, props.deletionProtection);
  certificates.otherArns.forEach((certificateArn, index) => {
    new LbListenerCertificate(scope, `certificate-${index + 1}`, { listenerArn: https.arn, certificateArn });
  });
  const http = new LbListener(scope, 'http', {
    loadBalancerArn: loadBalancer.arn,
    port: 80,
    protocol: 'HTTP',
    defaultAction: [{ type: 'redirect', redirect: { protocol: 'HTTPS', port: '443', statusCode: 'HTTP_301' } }],
  });
  return { https, http, rules: addRules(scope, props, https, targetGroup) };
}

function addRules(
  scope: Construct,
  props: ResolvedTlsServiceProps,
  https: LbListener,
  targetGroup: LbTargetGroup,
): ITerraformDependable[] {
  const guarded = guardedPatterns(props.publicPaths);
  const guard =
    guarded.length === 0
      ? []
      : [
          new LbListenerRule(scope, 'path-guard', {
            listenerArn: https.arn,
            priority: GUARD_PRIORITY,
            condition: [{ pathPattern: { values: [...guarded] } }],
            action: [NOT_FOUND],
          }),
        ];
  const forwards = pathRules(props.publicPaths, props.hostNames).map(
    ({ id, priority, paths, hostNames }) =>
      new LbListenerRule(scope, `public-paths-${id}`, {
        listenerArn: https.arn,
        priority,
        condition: [
          { pathPattern: { values: [...paths] } },
          ...(hostNames.length > 0 ? [{ hostHeader: { values: [...hostNames] } }] : []),
        ],
        action: [{ type: 'forward', targetGroupArn: targetGroup.arn }],
      }),
  );
  return [...guard, ...forwards];
}
