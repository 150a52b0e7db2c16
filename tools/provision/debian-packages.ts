/**
 * Debian 12 packages, by what they are needed for. A command or a suite names the need; `provisionDebian` installs what
 * is missing of it. One line a need: append yours.
 */
export const debianPackages = {
  /** Boots machines in containers: the boot suites of `./sandpiper test`. */
  boot: ['systemd-container', 'mmdebstrap', 'debian-archive-keyring', 'iproute2', 'squashfs-tools'],
  /** Boots virtual machines with a kernel of their own: the suites that try the sandbox on other hosts. */
  machines: ['qemu-system-x86', 'mmdebstrap', 'debian-archive-keyring', 'e2fsprogs'],
  /** Compiles the sandbox's own programs. */
  sandbox: ['gcc', 'libc6-dev'],
  /** Compiles the programs of the abuse suites. */
  abuse: ['g++'],
  /** The runtime of kernels older than the spawner's, and a choice elsewhere. */
  crun: ['crun'],
  /** Compiles the sandbox's programs where they are built for machines. */
  compiler: ['gcc', 'libc6-dev'],
  /** Pulls, makes and packs root file systems for sandboxes. */
  images: ['skopeo', 'umoci', 'squashfs-tools', 'mmdebstrap', 'debian-archive-keyring'],
  /** Serves images to the suite that builds them from a registry. */
  registry: ['docker-registry'],
  /** The event store that the engines' suites run against. */
  redis: ['redis-server'],
  /** Fetches and runs the SQS server that the suites put load on, and Google's Pub/Sub emulator. */
  java: ['default-jre-headless', 'maven'],
  /** Looks at the playground's page. */
  page: ['chromium'],
  /** Makes the project's virtual environments. */
  python: ['python3', 'python3-venv'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** A thing that Debian packages are needed for. */
export type DebianNeed = keyof typeof debianPackages;
