/** Sandbox runtimes: gVisor; the project's own spawner, which shares the host's kernel; and crun, which does the same. */
export const RUNTIMES = ['runsc', 'spawner', 'crun'] as const;

/** What a runner's machine may be: it decides who tells the runner that the machine goes. */
export const MACHINES = ['local', 'aws', 'gcp'] as const;

/** How much a program logs, from most to nothing. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** What a job must not get around. A runner looks at each in a real sandbox of its host before it starts. */
export const GUARANTEES = ['memory', 'processes', 'cpu', 'network', 'seccomp'] as const;

/** CPU architectures of machines, and so of the programs that they run. */
export const ARCHITECTURES = ['x64', 'arm64'] as const;

export type RuntimeName = (typeof RUNTIMES)[number];
export type MachineKind = (typeof MACHINES)[number];
export type LogLevel = (typeof LOG_LEVELS)[number];
export type Guarantee = (typeof GUARANTEES)[number];
