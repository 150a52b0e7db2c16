import * as net from 'node:net';

/** Says what is wrong with a value; undefined when nothing is. */
export type NamedRule = (value: unknown) => string | undefined;

const matching =
  (pattern: RegExp, what: string): NamedRule =>
  (value) =>
    pattern.test(String(value)) ? undefined : `${JSON.stringify(value)} is not ${what}`;

const cidr: NamedRule = (value) => {
  const [address = '', length = '', ...rest] = String(value).split('/');
  const family = net.isIP(address);
  const valid =
    family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(length) && Number(length) <= (family === 4 ? 32 : 128);
  return valid ? undefined : `${JSON.stringify(value)} is not an address range in CIDR notation`;
};

const json: NamedRule = (value) => {
  try {
    JSON.parse(String(value));
    return undefined;
  } catch {
    return `${JSON.stringify(value)} is not JSON`;
  }
};

/** Google's instance templates and certificates append a suffix of at least 9 characters to a prefix; names end at 63. */
const MAXIMUM_PREFIX_CHARACTERS = 54;

const PRIVATE_ASN_RANGES = [
  [64_512, 65_534],
  [4_200_000_000, 4_294_967_294],
] as const;

/** The provider's validation functions that are known by name only, as its source (6.50) defines them. */
export const NAMED_RULES: Readonly<Record<string, NamedRule>> = {
  ValidateGCEName: matching(/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/, 'a Compute Engine name'),
  validateIAMMember: (value) => {
    if (String(value).startsWith('deleted:')) return `${JSON.stringify(value)} is a deleted principal`;
    return matching(
      /.+:.+|projectOwners|projectReaders|projectWriters|allUsers|allAuthenticatedUsers/,
      'an IAM member, such as user:one@example.com',
    )(value);
  },
  ValidateIpCidrRange: cidr,
  IsCIDR: cidr,
  validateRecordNameTrailingDot: matching(/\.$/, 'a record name: it must end in a dot'),
  validateProjectServiceService: (value) => {
    const retired = ['dataproc-control', 'source', 'stackdriverprovisioning', 'bigquery-json'];
    if (retired.some((name) => value === `${name}.googleapis.com`)) return `${JSON.stringify(value)} cannot be managed`;
    return matching(/\./, 'a service, such as compute.googleapis.com')(value);
  },
  ValidateBase64String: matching(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'base64'),
  StringIsJSON: json,
  StringIsNotEmpty: (value) => (value === '' ? 'must not be empty' : undefined),
  ValidateRFC6996Asn: (value) =>
    PRIVATE_ASN_RANGES.some(([low, high]) => Number(value) >= low && Number(value) <= high)
      ? undefined
      : `${String(value)} is not a private autonomous system number (RFC 6996)`,
  ValidateIAMCustomRoleID: matching(/^[a-zA-Z0-9_.]{3,64}$/, 'the id of a custom role'),
  ValidateWorkloadIdentityPoolId: matching(/^(?!gcp-)[0-9a-z-]{4,32}$/, 'the id of a workload identity pool'),
  ValidateWorkloadIdentityPoolProviderId: matching(
    /^(?!gcp-)[0-9a-z-]{4,32}$/,
    'the id of a provider of a workload identity pool',
  ),
};

/** Functions that the provider's source defines in place, by the argument's name. */
export const INLINE_RULES: Readonly<Record<string, NamedRule>> = {
  name_prefix: (value) =>
    String(value).length > MAXIMUM_PREFIX_CHARACTERS
      ? `${JSON.stringify(value)} is longer than ${MAXIMUM_PREFIX_CHARACTERS} characters`
      : undefined,
};
