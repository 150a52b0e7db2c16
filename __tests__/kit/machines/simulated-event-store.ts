import * as crypto from 'node:crypto';
import * as net from 'node:net';
import type { Duplex } from 'node:stream';
import { startRedis, type RedisServer } from '../engines/redis-server';
import { commandReader, encodeCommand, type RedisCommand } from './resp';

/** A user of the store: what it may do, and how its tokens are known. */
export interface EventStoreUser {
  readonly name: string;
  /** As `ACL SETUSER` takes it, and ElastiCache as an access string. */
  readonly accessString: string;
  /** Why the cloud would refuse a token; undefined when it is right. */
  readonly faultOf: (token: string) => string | undefined;
}

/** The event store of a cloud: a real Redis with the cloud's users, whose passwords are tokens of the cloud's identities. */
export interface SimulatedEventStore {
  readonly redis: RedisServer;
  /** Serves a machine's connection, once its TLS is off. */
  serve(connection: Duplex): void;
  /** Logins that were refused, such as `runner: the signature does not match`. */
  readonly refused: readonly string[];
  /** Users who logged in. */
  readonly admitted: ReadonlySet<string>;
  stop(): Promise<void>;
}

export async function startSimulatedEventStore(users: readonly EventStoreUser[]): Promise<SimulatedEventStore> {
  const redis = await startRedis();
  const password = crypto.randomBytes(30).toString('hex');
  await redis.admin(async (admin) => {
    for (const { name, accessString } of users) {
      await admin.call('ACL', 'SETUSER', name, 'reset', ...accessString.split(' '), `>${password}`);
    }
    // Who has not logged in may do nothing but that. This connection has, already.
    if (!users.some(({ name }) => name === 'default')) await admin.call('ACL', 'SETUSER', 'default', `>${password}`);
  });
  const refused: string[] = [];
  const admitted = new Set<string>();
  const sockets = new Set<net.Socket>();

  /** A right token becomes the password of that user, a wrong one a wrong password: the answer is Redis's own. */
  const exchanged = (command: RedisCommand): RedisCommand => {
    const [verb, ...words] = command.map(String);
    if (verb?.toUpperCase() !== 'AUTH') return command;
    const [name = '', token = ''] = words.length === 1 ? ['default', words[0]] : words;
    const user = users.find((one) => one.name === name);
    const fault = user === undefined ? 'no such user' : user.faultOf(token);
    if (fault === undefined) admitted.add(name);
    else refused.push(`${name}: ${fault}`);
    return ['AUTH', name, fault === undefined ? password : ''].map((word) => Buffer.from(word));
  };

  return {
    redis,
    refused,
    admitted,
    serve: (connection) => {
      const upstream = net.connect(redis.port, '127.0.0.1');
      const read = commandReader();
      const end = (): void => {
        connection.destroy();
        upstream.destroy();
      };
      sockets.add(upstream);
      upstream.once('close', () => sockets.delete(upstream));
      for (const stream of [connection, upstream]) stream.once('error', end).once('close', end);
      upstream.pipe(connection);
      connection.on('data', (piece: Buffer) => {
        try {
          for (const command of read(piece)) upstream.write(encodeCommand(exchanged(command)));
        } catch {
          end();
        }
      });
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await redis.stop();
    },
  };
}
