import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { missingTool } from '../failure';
import { cacheDirectory } from './cache';
import { isDebian, provisionDebian } from './debian';
import { findExecutable } from './executable';
import { elasticMqSha256, pinned } from './pinned';
import { withProgress, type Report } from './progress';
import { runProgram } from './run-program';

/** An SQS server that bears load, for the tests; Maven Central holds it. */
const ARTIFACT = { groupId: 'org.elasticmq', artifactId: 'elasticmq-server_2.13', version: pinned.elasticmq };

const COPY_DEPENDENCIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

/** Directory of its jars; undefined when they, or a Java to run them, are not here. */
export function findElasticMq(): string | undefined {
  return fs.existsSync(jarsDirectory()) && findExecutable('java') !== undefined ? jarsDirectory() : undefined;
}

/** Fetches the jars unless they are here. @throws Failure with Maven's own words */
export async function provisionElasticMq(): Promise<string> {
  const present = findElasticMq();
  if (present !== undefined) return present;
  const isMissing = ['java', 'mvn'].some((program) => findExecutable(program) === undefined);
  if (isMissing && isDebian()) await provisionDebian(['java']);
  if (!fs.existsSync(jarsDirectory())) await withProgress(`fetching ElasticMQ ${pinned.elasticmq}`, fetchJars);
  const directory = findElasticMq();
  if (directory === undefined) throw missingTool('ElasticMQ needs Java 17 or newer on PATH');
  return directory;
}

async function fetchJars(report: Report): Promise<void> {
  const target = jarsDirectory();
  fs.mkdirSync(path.dirname(target), { recursive: true });
  const temporary = fs.mkdtempSync(`${target}.`);
  fs.writeFileSync(path.join(temporary, 'pom.xml'), pom());
  const goal = [COPY_DEPENDENCIES, '-DincludeScope=runtime', '-DoutputDirectory=jars'];
  const { succeeded, stdout, stderr } = await runProgram('mvn', ['--batch-mode', '--strict-checksums', ...goal], {
    cwd: temporary,
    onLine: (line) => {
      const [, file] = /^(?:\[INFO\] )?Downloaded from \S+ \S+\/(\S+)/.exec(line) ?? [];
      if (file !== undefined) report(file);
    },
  });
  const jars = path.join(temporary, 'jars');
  try {
    if (!succeeded) throw missingTool(`Maven could not fetch ElasticMQ:\n${`${stdout.slice(-3000)}${stderr}`.trim()}`);
    const actual = digestOf(jars);
    if (actual !== elasticMqSha256)
      throw missingTool(`ElasticMQ's jars have the SHA-256 ${actual}, not ${elasticMqSha256}: they are not used`);
    // Another process may have been faster.
    if (!fs.existsSync(target)) fs.renameSync(jars, target);
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

/** SHA-256 of what `sha256sum *.jar` prints, in the order of the names' bytes. */
function digestOf(directory: string): string {
  const sha256 = (data: crypto.BinaryLike): string => crypto.createHash('sha256').update(data).digest('hex');
  const names = fs.readdirSync(directory).sort();
  return sha256(names.map((name) => `${sha256(fs.readFileSync(path.join(directory, name)))}  ${name}\n`).join(''));
}

function pom(): string {
  const { groupId, artifactId, version } = ARTIFACT;
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>sandpiper</groupId>
  <artifactId>elasticmq</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>${groupId}</groupId>
      <artifactId>${artifactId}</artifactId>
      <version>${version}</version>
    </dependency>
  </dependencies>
</project>
`;
}

function jarsDirectory(): string {
  return cacheDirectory(`elasticmq-${pinned.elasticmq}`);
}
