import type { PresentVersion } from '../languages/host-toolchains';
import { limitsOf } from '../languages/host-runtime';
import { filesConflict } from '../protocol/file-names';
import type { Job } from '../protocol/job';
import { narrowLimits, type JobLimits } from '../protocol/limits';
import { ServiceError } from './service/job-service';

/** How tmpfs counts: whole pages. */
const PAGE_BYTES = 4_096;

/**
 * What a job's files need of its language and its limits. A sandbox could not take them in otherwise, and no other one could.
 *
 * @returns the limits that the job has
 * @throws ServiceError invalidMessage, naming the field
 */
export function checkFiles(job: Job, { language, version }: PresentVersion): JobLimits {
  const names = job.files.map(({ name }) => name ?? language.source);
  const conflict = filesConflict(names);
  if (conflict) {
    const whose = job.files[0]!.name === undefined ? ` (the first file has no name: it is ${names[0]})` : '';
    throw new ServiceError('invalidMessage', `files.${conflict.index}.name: ${conflict.reason}${whose}`);
  }
  const limits = narrowLimits(limitsOf(version), job.limits);
  const bytes = job.files.reduce((sum, file) => sum + pages(Buffer.byteLength(file.content, file.encoding)), 0);
  if (bytes > limits.workBytes) {
    throw new ServiceError(
      'invalidMessage',
      `limits.workBytes: ${limits.workBytes} is less than the ${bytes} bytes that the files take`,
    );
  }
  // The work directory itself is one of them.
  const inodes = 1 + new Set(names.flatMap(withDirectories)).size;
  if (inodes > limits.workInodes) {
    throw new ServiceError(
      'invalidMessage',
      `limits.workInodes: ${limits.workInodes} is less than the ${inodes} files and directories of the job`,
    );
  }
  return limits;
}

function pages(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
}

function withDirectories(name: string): readonly string[] {
  const parts = name.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
