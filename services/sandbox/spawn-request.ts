import { INIT_PATH, sandboxMounts, WORK_DIRECTORY, type Mount } from './mounts';
import { idMappings, JOB_ID, MASKED_PATHS, READ_ONLY_PATHS, type SpecProps } from './spec';

/** The flags of mount(2) by the option's name. */
const MOUNT_FLAGS: Readonly<Record<string, number>> = { ro: 1, nosuid: 2, nodev: 4, noexec: 8 };

/** What the launcher's own spawner takes in place of a bundle (launcher/spawn.h lists the strings). */
export function spawnRequest({ rootfs, ownDirectory, disk, ids }: SpecProps): readonly string[] {
  const map = (which: 'uid' | 'gid'): string =>
    idMappings(ids, which)
      .map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`)
      .join('');
  return [
    'spawn:',
    rootfs.directory,
    map('uid'),
    map('gid'),
    String(ids.kind === 'own' ? 0 : JOB_ID),
    INIT_PATH,
    WORK_DIRECTORY,
    ...sandboxMounts(rootfs, ownDirectory, disk, false).flatMap(mountOperation),
    ...MASKED_PATHS.flatMap((path) => ['mask', path]),
    ...READ_ONLY_PATHS.flatMap((path) => ['readonly', path]),
  ];
}

function mountOperation({ destination, type, source, options }: Mount): readonly string[] {
  if (type === 'bind') return ['bind', source, destination];
  const flags = options.reduce((all, option) => all | (MOUNT_FLAGS[option] ?? 0), 0);
  const data = options.filter((option) => MOUNT_FLAGS[option] === undefined).join(',');
  const mount = ['mount', type, source, destination, String(flags), data];
  return destination === '/dev' ? [...mount, 'devices', destination] : mount;
}
