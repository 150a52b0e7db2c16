import { Failure, wrongUsage } from '../../failure';
import type { Change } from './change';
import type { Gcs } from './gcs-api';
import { SUPERSEDED_DAYS, UNFINISHED_DAYS } from './retention';

/** Deleted objects can be brought back so long, without a version that is paid for longer. */
const SOFT_DELETE_SECONDS = 7 * 24 * 3600;
const KEY_ID = /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/;

export interface GcpBucketOptions {
  readonly application: string;
  readonly project: string;
  readonly region: string;
  readonly bucket: string;
  /** Id of the Cloud KMS key that encrypts new objects, or `none` for Google's own. @default - a bucket's key stays; a new bucket has Google's own */
  readonly key?: string;
}

/** What is set, of a bucket as the JSON API writes it. */
interface Bucket {
  readonly location?: string;
  readonly metageneration?: string;
  readonly iamConfiguration?: {
    readonly uniformBucketLevelAccess?: { readonly enabled?: boolean };
    readonly publicAccessPrevention?: string;
  };
  readonly versioning?: { readonly enabled?: boolean };
  readonly softDeletePolicy?: { readonly retentionDurationSeconds?: string };
  readonly lifecycle?: { readonly rule?: readonly Rule[] };
  readonly encryption?: { readonly defaultKmsKeyName?: string } | null;
  readonly labels?: Readonly<Record<string, string>>;
}

interface Rule {
  readonly action: { readonly type: string };
  readonly condition: Readonly<Record<string, unknown>>;
}

/** Makes the bucket where it is missing, and mends those of its settings that are not as they should be. */
export async function bootstrapGcp(
  gcs: Gcs,
  options: GcpBucketOptions,
): Promise<{ readonly made: boolean; readonly changes: readonly Change[] }> {
  checkKey(options.key, options.region);
  const found = await find(gcs, options);
  if (found === undefined) {
    await make(gcs, options);
    return { made: true, changes: [] };
  }
  const { bucket, region } = options;
  if (found.location?.toUpperCase() !== region.toUpperCase()) {
    throw new Failure(
      `gs://${bucket}: lies in ${found.location?.toLowerCase()}, not in ${region}, and cannot be moved: delete it, or give the --region that it is in`,
    );
  }
  const wrong = settings(options, found).filter(({ was, is }) => was !== is);
  if (wrong.length > 0) {
    await gcs.call({
      method: 'PATCH',
      // Nobody else's change in the meantime is overwritten.
      url: `/storage/v1/b/${bucket}?ifMetagenerationMatch=${found.metageneration}`,
      body: Object.assign({}, ...wrong.map(({ patch }) => patch)) as object,
      bucket,
      permission: 'storage.buckets.update',
    });
  }
  return { made: false, changes: wrong };
}

/** @throws Failure when it is another project's */
async function find(gcs: Gcs, { bucket, project }: GcpBucketOptions): Promise<Bucket | undefined> {
  const own = await gcs.call({
    method: 'GET',
    url: `/storage/v1/b?project=${project}&prefix=${bucket}`,
    bucket,
    permission: `storage.buckets.list in the project ${project}`,
    answers: [404],
  });
  if (own.status === 404) throw new Failure(`${project}: there is no such project (--project, GCP_PROJECT)`);
  const { items = [] } = own.json as { readonly items?: readonly { readonly name: string }[] };
  if (!items.some(({ name }) => name === bucket)) return undefined;
  const { json } = await gcs.call({
    method: 'GET',
    url: `/storage/v1/b/${bucket}`,
    bucket,
    permission: 'storage.buckets.get',
  });
  return json as Bucket;
}

async function make(gcs: Gcs, options: GcpBucketOptions): Promise<void> {
  const { bucket, project, region } = options;
  const body = {
    name: bucket,
    location: region.toUpperCase(),
    storageClass: 'STANDARD',
    ...(Object.assign({}, ...settings(options, {}).map(({ patch }) => patch)) as object),
  };
  const { status } = await gcs.call({
    method: 'POST',
    url: `/storage/v1/b?project=${project}`,
    body,
    bucket,
    permission: `storage.buckets.create in the project ${project}`,
    answers: [409],
  });
  if (status !== 409) return;
  // Bucket names are everybody's.
  throw new Failure(
    `gs://${bucket}: belongs to another project than ${project}: choose another application name (--application, APPLICATION)`,
  );
}

/** What the bucket should be: words that differ exactly when it is not, and what to send then. Labels and rules of others stay. */
function settings(options: GcpBucketOptions, found: Bucket): readonly (Change & { readonly patch: Bucket })[] {
  const { uniformBucketLevelAccess, publicAccessPrevention = 'inherited' } = found.iamConfiguration ?? {};
  const isUniform = uniformBucketLevelAccess?.enabled === true;
  const key = found.encryption?.defaultKmsKeyName;
  const wantedKey = options.key === 'none' ? undefined : (options.key ?? key);
  const rules = found.lifecycle?.rule ?? [];
  const labels = { application: options.application, purpose: 'bootstrap' };
  const iamConfiguration = {
    uniformBucketLevelAccess: { enabled: true },
    publicAccessPrevention: 'enforced',
  };
  return [
    {
      setting: 'access',
      was: `${isUniform ? 'uniform' : 'by object'}, public access prevention ${publicAccessPrevention}`,
      is: 'uniform, public access prevention enforced',
      patch: { iamConfiguration },
    },
    {
      setting: 'versioning',
      was: found.versioning?.enabled ? 'on' : 'off',
      is: 'on',
      patch: { versioning: { enabled: true } },
    },
    {
      setting: 'soft delete',
      was: `${found.softDeletePolicy?.retentionDurationSeconds ?? 0} s`,
      is: `${SOFT_DELETE_SECONDS} s`,
      patch: { softDeletePolicy: { retentionDurationSeconds: String(SOFT_DELETE_SECONDS) } },
    },
    {
      setting: 'lifecycle',
      was: rules.filter(isOwnKind).map(ruleInWords).sort().join('; ') || 'no rule',
      is: RULES.map(ruleInWords).sort().join('; '),
      patch: { lifecycle: { rule: [...RULES, ...rules.filter((rule) => !isOwnKind(rule))] } },
    },
    {
      setting: 'encryption',
      was: key ?? 'Google’s keys',
      is: wantedKey ?? 'Google’s keys',
      // null takes a key away; a new bucket has none.
      patch: wantedKey ? { encryption: { defaultKmsKeyName: wantedKey } } : key ? { encryption: null } : {},
    },
    {
      setting: 'labels',
      was: inWords({ ...found.labels }),
      is: inWords(labels),
      patch: { labels },
    },
  ];
}

const RULES: readonly Rule[] = [
  { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: SUPERSEDED_DAYS, isLive: false } },
  { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: UNFINISHED_DAYS } },
];

/** Rules for the same objects, whatever their number of days. */
function isOwnKind({ action, condition }: Rule): boolean {
  const kindOf = (rule: Rule) => `${rule.action.type} ${Object.keys(rule.condition).sort().join()}`;
  return RULES.some((own) => kindOf(own) === kindOf({ action, condition }));
}

function ruleInWords({ action, condition }: Rule): string {
  const days = condition.daysSinceNoncurrentTime ?? condition.age;
  return `${action.type === 'Delete' ? 'superseded versions' : 'unfinished uploads'} go after ${String(days)} days`;
}

function inWords(labels: Readonly<Record<string, string>>): string {
  return ['application', 'purpose'].map((name) => `${name}=${labels[name] ?? ''}`).join(', ');
}

function checkKey(key: string | undefined, region: string): void {
  if (key === undefined || key === 'none') return;
  if (!KEY_ID.test(key)) {
    throw wrongUsage(
      `--kms-key: ${JSON.stringify(key)} is not projects/<project>/locations/${region}/keyRings/<ring>/cryptoKeys/<key>`,
    );
  }
}
