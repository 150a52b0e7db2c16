import type { Architecture } from './architecture';
import { assemble } from './assemble';
import type { DrawnStack } from './drawn-stacks';
import { toMermaid } from './mermaid';
import { neutral } from './neutral';
import { readAws } from './read-aws';
import { readGcp } from './read-gcp';
import type { StackTree } from './stack-tree';
import { toSvg } from './svg';

/** What can be drawn: a stack, or what both have in common. */
export const pictureNames = ['playground', 'aws-stack', 'gcp-stack'] as const;
export type PictureName = (typeof pictureNames)[number];

/** How it is written, with the ending of its file. */
export const formats = { svg: { ending: 'svg', write: toSvg }, mermaid: { ending: 'mmd', write: toMermaid } } as const;
export type Format = keyof typeof formats;

/** One file. */
export interface Picture {
  /** Such as `aws-stack.svg`. */
  readonly file: string;
  readonly content: string;
}

/** Draws. @throws Failure when a stack has what the picture does not know, or a job finds no way through it */
export function drawPictures(
  names: readonly PictureName[],
  wanted: readonly Format[],
  treeOf: (stack: DrawnStack) => StackTree,
): Picture[] {
  const needs = (stack: DrawnStack): boolean => names.includes(stack) || names.includes('playground');
  const aws = needs('aws-stack') ? assemble(readAws(treeOf('aws-stack'))) : undefined;
  const gcp = needs('gcp-stack') ? assemble(readGcp(treeOf('gcp-stack'))) : undefined;
  const architectures: Readonly<Record<PictureName, () => Architecture>> = {
    'aws-stack': () => aws!,
    'gcp-stack': () => gcp!,
    playground: () => neutral(aws!, gcp!),
  };
  return names.flatMap((name) => {
    const architecture = architectures[name]();
    return wanted.map((format) => ({
      file: `${name}.${formats[format].ending}`,
      content: formats[format].write(architecture),
    }));
  });
}
