import * as fs from 'node:fs';
import * as path from 'node:path';
import { TerraformVariable, type TerraformStack } from 'cdktf';
import { fromVariable } from '../../../modules/tls-service/secret-source';
import { temporaryDirectory } from '../terraform';

/** A file to deploy. */
export function writeProgram(content: string): string {
  const directory = temporaryDirectory('program');
  process.on('exit', () => fs.rmSync(directory, { recursive: true, force: true }));
  const file = path.join(directory, 'program');
  fs.writeFileSync(file, content);
  return file;
}

export const PROGRAM = writeProgram('#!/bin/sh\n');

/** A secret that comes from an ephemeral variable. */
export function secretVariable(scope: TerraformStack, version = 1) {
  const variable = new TerraformVariable(scope, 'app_jwt_secret', { type: 'string', sensitive: true });
  variable.addOverride('ephemeral', true);
  return fromVariable(variable, version);
}
