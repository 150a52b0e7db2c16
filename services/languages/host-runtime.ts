import * as path from 'node:path';
import { defaultLimits, type JobLimits } from '../protocol/limits';
import type { LanguageRuntime } from '../sandbox/language-runtime';
import type { Rootfs, RootfsBind } from '../sandbox/rootfs';
import type { PresentVersion } from './host-toolchains';
import type { Language } from './schema';

/** What a runner needs to run a version of a language with this host's own toolchain. */
export function hostRuntime({ language, version, exactVersion }: PresentVersion, rootfs: Rootfs): LanguageRuntime {
  return {
    language: language.id,
    version: exactVersion,
    rootfs,
    sourceFile: language.source,
    compile: version.compile ?? language.compile,
    run: (version.run ?? language.run)!,
    env: language.env,
    prestart: version.prestart === false ? undefined : language.prestart,
    limits: limitsOf(language),
  };
}

/** What a runner needs to run a version of a language inside its image. */
export function imageRuntime({ language, version, exactVersion }: PresentVersion, rootfs: Rootfs): LanguageRuntime {
  const own = hostRuntime({ language, version, exactVersion }, rootfs);
  const isPrestarted = version.imagePrestart !== false && language.imagePrestart !== false;
  return {
    ...own,
    compile: version.imageCompile ?? language.imageCompile ?? own.compile,
    run: version.imageRun ?? language.imageRun ?? own.run,
    env: rootfs.path === undefined ? own.env : { PATH: rootfs.path, ...own.env },
    prestart: isPrestarted ? own.prestart : undefined,
  };
}

/** The toolchains of the present versions that lie outside /usr, as a sandbox sees them. */
export function toolchainBinds(present: readonly PresentVersion[], toolchainsDirectory: string): readonly RootfsBind[] {
  const mounts = new Set(present.flatMap(({ version }) => (version.host.npm ?? []).map(({ mount }) => mount)));
  return [...mounts].sort().map((mount) => ({
    source: path.join(toolchainsDirectory, path.basename(mount)),
    destination: mount,
  }));
}

/** The default limits, with what the language needs in their place. */
export function limitsOf({ limits = {} }: Language): JobLimits {
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
