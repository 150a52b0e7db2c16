import { checkLabels } from '../foundation/labels';
import { architectureOf, checkBaseImage } from '../machine/machine';
import { InvalidPropError } from '../../props/invalid-prop';
import { isKnown } from '../../props/known';
import { checkName } from '../../props/physical-name';
import { CERTIFICATE_MAP } from './certificate';
import type { GcpService } from './service';

const ID_CHARACTERS = 16;
const CERTIFICATE = /^projects\/[^/]+\/locations\/global\/certificates\/[^/]+$/;
const SECRET = /^projects\/[^/]+\/secrets\/[A-Za-z0-9_-]{1,255}$/;
const ZONE = /^[a-z]+-[a-z]+\d+-[a-z]$/;
const MANAGED_ZONE = /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Checks what only GCP limits. @throws InvalidPropError naming the prop, its value and the fix */
export function checkGcpTlsService({ id, props, platform }: GcpService): void {
  checkName('id', id, ID_CHARACTERS);
  checkLabels('tags', props.tags);
  checkMachineType(props.architecture, props.gcp?.machineType);
  checkZones(platform.region, props.gcp?.zones);
  checkCertificate(props.certificate, props.hostNames);
  checkSecrets(props.secrets);
  if (isKnown(props.zone) && !MANAGED_ZONE.test(props.zone)) {
    throw new InvalidPropError('zone', props.zone, 'must be the name of a Cloud DNS managed zone, not its domain');
  }
  checkBaseImage(props.baseImage);
}

function checkMachineType(architecture: string, machineType: string | undefined): void {
  if (machineType === undefined) return;
  if (!isKnown(machineType) || !/^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/.test(machineType)) {
    throw new InvalidPropError(
      'gcp.machineType',
      machineType,
      'must be a machine type known at synth, such as "n2-standard-2": the kind of disk depends on it',
    );
  }
  const built = architectureOf(machineType);
  if (built !== architecture) {
    throw new InvalidPropError(
      'gcp.machineType',
      machineType,
      `is of architecture ${built}, but architecture is ${architecture}`,
    );
  }
}

function checkZones(region: string, zones: readonly string[] | undefined): void {
  if (zones === undefined) return;
  if (zones.length < 2 || new Set(zones).size !== zones.length) {
    throw new InvalidPropError('gcp.zones', zones, 'must name at least two zones, each once');
  }
  zones.forEach((zone, index) => {
    if (!isKnown(zone)) return;
    if (!ZONE.test(zone) || (isKnown(region) && !zone.startsWith(`${region}-`))) {
      throw new InvalidPropError(
        `gcp.zones[${index}]`,
        zone,
        `must be a zone of the platform's region, such as "europe-west3-a"`,
      );
    }
  });
}

function checkCertificate(certificate: GcpService['props']['certificate'], hostNames: readonly string[]): void {
  if (certificate.kind === 'managed') {
    // Certificate Manager quotas: domains of one certificate with DNS authorization.
    if (hostNames.length > 100) throw new InvalidPropError('hostNames', hostNames, 'holds more than 100 names');
    return;
  }
  const { ids } = certificate;
  if (ids.length === 1 && isKnown(ids[0]) && CERTIFICATE_MAP.test(ids[0])) return;
  ids.forEach((id, index) => {
    if (isKnown(id) && !CERTIFICATE.test(id)) {
      throw new InvalidPropError(
        `certificate.ids[${index}]`,
        id,
        'must be projects/<project>/locations/global/certificates/<name>, such as `./sandpiper cert import gcp` prints, or alone .../certificateMaps/<name>',
      );
    }
  });
  if (ids.length > 1 && ids.length !== hostNames.length) {
    throw new InvalidPropError(
      'certificate.ids',
      ids,
      `must be one certificate, or one for each of the ${hostNames.length} hostNames in the same order: on GCP a map says which name gets which`,
    );
  }
}

function checkSecrets(secrets: GcpService['props']['secrets']): void {
  for (const [name, source] of Object.entries(secrets)) {
    if (source.kind !== 'existing') continue;
    if (isKnown(source.id) && !SECRET.test(source.id)) {
      throw new InvalidPropError(`secrets.${name}.id`, source.id, 'must be projects/<project>/secrets/<id>');
    }
    if (isKnown(source.version) && !/^(?:[1-9]\d*|latest)$/.test(source.version)) {
      throw new InvalidPropError(`secrets.${name}.version`, source.version, 'must be the number of a version');
    }
  }
}
