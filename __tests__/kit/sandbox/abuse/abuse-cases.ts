import type { AbuseCase } from './abuse-case';
import { compilerCases } from './compiler';
import { diskCases } from './disk';
import { hostCases } from './host';
import { kernelCases } from './kernel';
import { resourceCases } from './resources';

export const abuseCases: readonly AbuseCase[] = [
  ...resourceCases,
  ...diskCases,
  ...kernelCases,
  ...hostCases,
  ...compilerCases,
];
