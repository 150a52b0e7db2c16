import * as path from 'node:path';
import { findElasticMq } from '../../../tools/provision/elasticmq';
import { freePort } from '../../../modules/local/free-port';
import { startJavaServer, type JavaServer } from './java-server';

/** An SQS server that bears load (ElasticMQ), in memory. */
export interface ElasticMq extends JavaServer {
  readonly endpoint: string;
}

/** Starts it on a free loopback port. */
export async function startElasticMq(): Promise<ElasticMq> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const address = [
    '-Dnode-address.protocol=http',
    '-Dnode-address.host=127.0.0.1',
    `-Dnode-address.port=${port}`,
    '-Drest-sqs.bind-hostname=127.0.0.1',
    `-Drest-sqs.bind-port=${port}`,
    '-Drest-stats.enabled=false',
    // What AWS refuses is refused.
    '-Drest-sqs.sqs-limits=strict',
  ];
  const jars = path.join(findElasticMq()!, '*');
  const server = await startJavaServer([...address, '-cp', jars, 'org.elasticmq.server.Main'], async () =>
    fetch(`${endpoint}/?Action=ListQueues`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return { ...server, endpoint };
}
