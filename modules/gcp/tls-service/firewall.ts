import {
  ComputeSecurityPolicy,
  type ComputeSecurityPolicyRule,
} from '@cdktf/provider-google/lib/compute-security-policy';
import type { Firewall } from '../../tls-service/tls-service';
import type { GcpService } from './service';

interface RuleGroup {
  readonly description: string;
  readonly rules: readonly string[];
}

/**
 * Preconfigured rules, in groups: a project may have 20 rules with expressions, and one expression at most five parts
 * (Cloud Armor quotas). Method enforcement is left out: it would refuse PUT and DELETE, which are the program's to judge.
 */
const RULE_GROUPS: readonly RuleGroup[] = [
  {
    description: 'Injection and inclusion',
    rules: ['sqli-v33-stable', 'xss-v33-stable', 'lfi-v33-stable', 'rfi-v33-stable', 'rce-v33-stable'],
  },
  {
    description: 'Scanners, protocol attacks, session fixation, PHP and Node.js injection',
    rules: [
      'scannerdetection-v33-stable',
      'protocolattack-v33-stable',
      'sessionfixation-v33-stable',
      'php-v33-stable',
      'nodejs-v33-stable',
    ],
  },
];

/** Signatures of paranoia level 1: those that hardly ever refuse an honest request. */
const SENSITIVITY = 1;

const PRIORITY = { firstManaged: 1000, log4j: 1900, rateLimit: 2000, everythingElse: 2147483647 } as const;

const FIVE_MINUTES_SECONDS = 300;
/** Largest count of a rate limit; above it the same rate is written per minute (Cloud Armor, "Rate limiting overview"). */
const MAXIMUM_RATE_COUNT = 1_000_000;

/**
 * Cloud Armor: the preconfigured rules refuse with 403 (or are only logged, with `countOnly`), then a limit for each client
 * address refuses with 429. A throttle ends the evaluation, so it comes last.
 */
export function addFirewall(service: GcpService, firewall: Required<Firewall>): ComputeSecurityPolicy {
  return new ComputeSecurityPolicy(service.scope, 'security-policy', {
    name: service.name(),
    description: `Protects ${service.id} (${service.platform.environment})`,
    type: 'CLOUD_ARMOR',
    advancedOptionsConfig: { jsonParsing: 'STANDARD', logLevel: 'NORMAL' },
    rule: [...managedRules(firewall), rateLimit(firewall.requestsPer5Minutes), allowTheRest()],
  });
}

function managedRules({ countOnly, inspectBodies }: Required<Firewall>): ComputeSecurityPolicyRule[] {
  // What has a body here is a program. An expression has at most five parts, so the groups are smaller then.
  const judged = (expression: string) => (inspectBodies ? expression : `request.method != 'POST' && (${expression})`);
  const groups = (inspectBodies ? RULE_GROUPS : smaller(RULE_GROUPS)).map(({ description, rules }, index) => ({
    action: 'deny(403)',
    priority: PRIORITY.firstManaged + index * 100,
    description,
    preview: countOnly,
    match: {
      expr: {
        expression: judged(
          rules.map((rule) => `evaluatePreconfiguredWaf('${rule}', {'sensitivity': ${SENSITIVITY}})`).join(' || '),
        ),
      },
    },
  }));
  return [
    ...groups,
    {
      action: 'deny(403)',
      priority: PRIORITY.log4j,
      description: 'Newly published vulnerabilities, CVE-2021-44228 among them',
      preview: countOnly,
      // The form that Checkov's CKV_GCP_73 looks for; the rule set has no sensitivity levels.
      match: { expr: { expression: judged("evaluatePreconfiguredExpr('cve-canary')") } },
    },
  ];
}

/** The same rules in groups that leave room for one more part. */
function smaller(groups: readonly RuleGroup[]): RuleGroup[] {
  return groups.flatMap(({ description, rules }) => [
    { description, rules: rules.slice(0, 3) },
    { description: `${description} (2)`, rules: rules.slice(3) },
  ]);
}

function rateLimit(requestsPer5Minutes: number): ComputeSecurityPolicyRule {
  const threshold =
    requestsPer5Minutes <= MAXIMUM_RATE_COUNT
      ? { count: requestsPer5Minutes, intervalSec: FIVE_MINUTES_SECONDS }
      : { count: Math.floor(requestsPer5Minutes / 5), intervalSec: FIVE_MINUTES_SECONDS / 5 };
  return {
    action: 'throttle',
    priority: PRIORITY.rateLimit,
    description: 'Requests of one client address',
    match: { versionedExpr: 'SRC_IPS_V1', config: { srcIpRanges: ['*'] } },
    rateLimitOptions: {
      conformAction: 'allow',
      exceedAction: 'deny(429)',
      enforceOnKey: 'IP',
      rateLimitThreshold: threshold,
    },
  };
}

function allowTheRest(): ComputeSecurityPolicyRule {
  return {
    action: 'allow',
    priority: PRIORITY.everythingElse,
    description: 'Everything that no other rule judged',
    match: { versionedExpr: 'SRC_IPS_V1', config: { srcIpRanges: ['*'] } },
  };
}
