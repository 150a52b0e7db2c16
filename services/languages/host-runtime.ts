import * as path from 'node:path';
import { defaultLimits, type JobLimits } from '../protocol/limits';
import type { LanguageRuntime } from '../sandbox/language-runtime';
import type { Rootfs, RootfsBind } from '../sandbox/rootfs';
import type { PresentVersion } from './host-toolchains';
import type { LanguageVersion } from './schema';
import { directoryPackages } from './sources';

/** What a runner needs to run a version of a language with this host's own toolchain. */
export function hostRuntime({ language, version, exactVersion }: PresentVersion, rootfs: Rootfs): LanguageRuntime {
  return {
    language: language.id,
    version: exactVersion,
    rootfs,
    sourceFile: language.source,
    compile: version.compile,
    run: version.run,
    env: version.env,
    files: version.files,
    prestart: version.prestart,
    limits: limitsOf(version),
  };
}

/** What a runner needs to run a version of a language inside its image. */
export function imageRuntime(present: PresentVersion, rootfs: Rootfs): LanguageRuntime {
  const own = hostRuntime(present, rootfs);
  const { version } = present;
  const commands = { compile: version.oci?.compile ?? own.compile, run: version.oci?.run ?? own.run };
  return {
    ...own,
    ...commands,
    env: rootfs.path === undefined ? own.env : { PATH: rootfs.path, ...own.env },
    prestart: version.oci?.prestart === false ? undefined : own.prestart,
  };
}

/** The toolchains of the present versions that lie outside /usr, as a sandbox sees them. */
export function toolchainBinds(present: readonly PresentVersion[], toolchainsDirectory: string): readonly RootfsBind[] {
  const mounts = new Set(present.flatMap(({ version }) => directoryPackages(version.source).map(({ mount }) => mount)));
  return [...mounts].sort().map((mount) => ({
    source: path.join(toolchainsDirectory, path.basename(mount)),
    destination: mount,
  }));
}

/** The default limits, with what the language needs in their place. */
export function limitsOf({ limits }: Pick<LanguageVersion, 'limits'>): JobLimits {
  const { compile, run } = defaultLimits;
  return {
    ...defaultLimits,
    workBytes: limits.workBytes ?? defaultLimits.workBytes,
    compile: {
      ...compile,
      memoryBytes: limits.compileMemoryBytes ?? compile.memoryBytes,
      wallMs: limits.compileWallMs ?? compile.wallMs,
      cpuMs: limits.compileCpuMs ?? compile.cpuMs,
    },
    run: {
      ...run,
      memoryBytes: limits.memoryBytes ?? run.memoryBytes,
      processes: limits.processes ?? run.processes,
      wallMs: limits.wallMs ?? run.wallMs,
      cpuMs: limits.cpuMs ?? run.cpuMs,
    },
  };
}
