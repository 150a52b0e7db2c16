import * as fs from 'node:fs';
import { buildGoPrograms, sha256 } from '../../../tools/artifacts/build/go-programs';
import type { MachineSpec } from '../../../contracts/machine-spec';
import type { Machine } from '../../kit/machines/machine';

/** Valid with secret `sekret` until 2050; its user is Bertram Gilfoyle. */
export const TOKEN =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJuYmYiOjE1NTQ3NTU1NTUsImV4cCI6MjU1NDc1NTUwMCwiaWF0IjoxNTU0NzU1NTAwLCJqdGkiOiI5ZmRmMGE2Ni00YzllLTRlOTktODc4MC05YjdlOTNlMjFlMjciLCJ1c2VyX2lkIjoiMTA1YjM1MTgtNjQ2ZC00NjNlLWFkZGEtZDJiOTM5YzJkMDZkIiwidXNlcl9mdWxsX25hbWUiOiJCZXJ0cmFtIEdpbGZveWxlIiwidXNlcl9lbWFpbCI6Im51bGxAcGllZHBpcGVyLmNvbSJ9.-A8Gx18iTikKpedcxDlgcc7D8GMWFix0709Vfpbo1SI';
export const SECRET = 'sekret';

/** What a here-document, a shell, JSON or Terraform could trip over. */
export const AWKWARD = `quote" apostrophe' dollar$HOME $(id) \`id\` back\\slash %{if} \${x} ü END_OF_SPEC`;

export interface Program {
  readonly data: Buffer;
  readonly sha256: string;
}

/** The real programs, built when they are not there. */
export function programs(): { readonly agent: Program; readonly service: Program } {
  const [service, agent] = buildGoPrograms(['linux-x64'], ['user-api', 'host-agent']).map(({ file }) => ({
    data: fs.readFileSync(file),
    sha256: sha256(file),
  }));
  if (service === undefined || agent === undefined) throw new Error('no programs were built');
  return { agent, service };
}

/** The parts of a spec that are the same on both clouds. */
export function portableSpec() {
  return {
    schemaVersion: 1,
    service: 'user-api',
    environmentName: 'test',
    profile: 'service',
    command: ['./program'],
    variables: { PORT: '3000', AWKWARD },
    port: 3000,
    drainSeconds: 10,
  } as const satisfies Partial<MachineSpec>;
}

export async function user(machine: Machine): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`http://${machine.address}:3000/v1/user`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  return { status: answer.status, body: await answer.json() };
}

export const GILFOYLE = {
  user_id: '105b3518-646d-463e-adda-d2b939c2d06d',
  user_full_name: 'Bertram Gilfoyle',
  user_email: 'null@piedpiper.com',
};

/** All that a second run of the boot script could have changed. */
export async function traces(machine: Machine): Promise<string> {
  const { output } = await machine.exec(
    [
      "find /etc/sandpiper /etc/systemd/system /etc/sysusers.d /etc/passwd /etc/group /opt/sandpiper /var/lib/sandpiper -printf '%p %T@ %i\\n' | sort",
      'systemctl show -p ExecMainStartTimestampMonotonic,ActiveEnterTimestampMonotonic user-api sandpiper-agent sandpiper-secrets',
    ].join('; '),
  );
  return output;
}

/** Where the secret's value was found, beside tmpfs and the memory of the process that needs it. */
export async function placesOfSecret(machine: Machine): Promise<string[]> {
  const looks = {
    files: `grep -rlF --binary-files=text -e ${SECRET} /etc /opt /var /root /home /srv /usr/local 2>/dev/null`,
    journal: `journalctl --no-pager -o export | grep -cF ${SECRET} | grep -v '^0$'`,
    units: `systemctl show '*' | grep -F ${SECRET}`,
    'command lines': `for p in /proc/[0-9]*; do [ "$p" = /proc/$$ ] || tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -F ${SECRET} | grep -v grep; done`,
  };
  const found = machine.console().includes(SECRET) ? ['console'] : [];
  for (const [place, look] of Object.entries(looks))
    if ((await machine.exec(look)).output.trim() !== '') found.push(place);
  return found;
}
