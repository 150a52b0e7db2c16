import { InvalidPropError } from '../props/invalid-prop';
import { isKnown } from '../props/known';
import { fetchFromGcs } from './fetch-from-gcs';
import { fetchFromS3 } from './fetch-from-s3';
import type { MachineSpec } from '../../contracts/machine-spec';
import { machineSpecJson } from './machine-spec-json';

/** User data that EC2 takes, in bytes before base64 (Amazon EC2 User Guide, "Run commands when you launch an EC2 instance"). */
export const BOOT_SCRIPT_MAX_BYTES = 16 * 1024;

/** Times that the host agent is fetched or installed: with the pauses between them about ten minutes. */
const ATTEMPTS = 24;
const LONGEST_PAUSE_SECONDS = 30;

/**
 * The boot script of a machine: AWS user data, or Google's `startup-script`. It writes the spec, fetches the host agent with
 * the machine's own identity, checks it and lets it install the service. POSIX sh; a second run changes nothing.
 *
 * The text holds neither `${` nor `%{` but for Terraform values, so that it can be put into any Terraform string.
 *
 * @throws InvalidPropError when a bucket, key, version, region or hash could not stand in a URL as it is, or when the script
 * would be longer than `BOOT_SCRIPT_MAX_BYTES`
 */
export function renderBootScript(spec: MachineSpec): string {
  const { bucket, key, version = '', sha256 } = spec.hostAgent;
  const named = Object.entries({ region: spec.region, bucket, key, version, sha256 });
  for (const [name, value] of named) checkPlain(name, value);
  const script = `#!/bin/sh
# Sandpiper: starts the service of this machine. Running it again changes nothing. docs/boot.md explains it.
set -u
umask 022
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
${named.map(([name, value]) => `${name}='${value}'`).join('\n')}
agent=/opt/sandpiper/agent/$sha256/host-agent

# To the journal, from where it is shipped, and to whoever runs this: at boot, the console.
say() {
  printf 'sandpiper-boot: %s\\n' "$1" >&2
  logger -t sandpiper-boot -- "$1"
}
die() {
  say "failed: $2"
  exit "$1"
}

exec 9>/run/sandpiper-boot.lock
flock 9

mkdir -p /etc/sandpiper /opt/sandpiper || die 71 'cannot write /etc/sandpiper and /opt/sandpiper'
spec=/etc/sandpiper/machine.json
cat >/run/sandpiper-machine.json <<'END_OF_SPEC'
${machineSpecJson(spec)}
END_OF_SPEC
cmp -s /run/sandpiper-machine.json "$spec" ||
  { cp /run/sandpiper-machine.json "$spec.new" && mv "$spec.new" "$spec"; } || die 71 "cannot write $spec"
rm -f /run/sandpiper-machine.json

${spec.cloud === 'aws' ? fetchFromS3 : fetchFromGcs}
is_right() { printf '%s  %s\\n' "$sha256" "$1" | sha256sum -c --status 2>/dev/null; }

# 0: there, and checked. 65: the bytes are not those of the hash, and will not be next time.
provide_agent() {
  is_right "$agent" && return 0
  mkdir -p "$(dirname "$agent")" || return 71
  fetch "$agent.new" || return 69
  if ! is_right "$agent.new"; then
    say "SHA-256 of $bucket/$key is $(sha256sum "$agent.new" | cut -c 1-64), not $sha256"
    rm -f "$agent.new"
    return 65
  fi
  chmod 0755 "$agent.new" && mv "$agent.new" "$agent" || return 71
  say "host agent $sha256 is in place"
}

# The agent's own words go where this script's do.
install_service() {
  code=$( { { "$agent" install --spec "$spec" 2>&1 9>&-; echo $? >&3; } | while IFS= read -r line; do say "$line"; done; } 3>&1 )
  return "$code"
}

# Again and again, with a growing pause: new rights take a while to hold everywhere, and networks fail. Not when refused (64, 65).
persist() {
  attempt=1
  pause=1
  while :; do
    "$1" && return 0
    code=$?
    case $code in 64 | 65 | 75) return "$code" ;; esac
    [ "$attempt" -ge ${ATTEMPTS} ] && return "$code"
    say "$1: attempt $attempt of ${ATTEMPTS} ended with $code; again in $pause s"
    sleep "$pause"
    attempt=$((attempt + 1))
    pause=$((pause * 2))
    [ "$pause" -gt ${LONGEST_PAUSE_SECONDS} ] && pause=${LONGEST_PAUSE_SECONDS}
  done
}

persist provide_agent || die $? 'the host agent could not be fetched; the service is not started'
persist install_service
code=$?
case $code in
  0) say 'the service is active' ;;
  75) die 75 'the service is installed but not active yet; systemd keeps trying' ;;
  *) die "$code" 'the host agent could not install the service' ;;
esac
`;
  const bytes = Buffer.byteLength(script);
  if (bytes > BOOT_SCRIPT_MAX_BYTES) {
    throw new InvalidPropError(
      'environment',
      `${bytes} bytes`,
      `makes a boot script that is longer than EC2 takes (${BOOT_SCRIPT_MAX_BYTES} bytes): shorten environment or command`,
    );
  }
  return script;
}

/** These stand in the script between single quotes and in URLs: what needs escaping in either is refused. */
function checkPlain(name: string, value: string): void {
  if (isKnown(value) && !/^[A-Za-z0-9._/=+-]*$/.test(value)) {
    throw new InvalidPropError(`hostAgent.${name}`, value, 'may hold letters, digits and ._/=+- only');
  }
}
