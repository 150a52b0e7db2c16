// Runs in the network namespace next to a machine's: all that the machine can reach. Forwards its metadata address, every HTTPS
// connection and those to the event store to sockets of the harness, and answers its DNS questions. Arguments: directory of the
// sockets, own address, address of the event store.
'use strict';
const dgram = require('node:dgram');
const net = require('node:net');
const path = require('node:path');

const [directory, address, eventStore] = process.argv.slice(2);
const METADATA = '169.254.169.254';
const EVENT_STORE_PORT = 6379;
const A_RECORD = 1;

function forward(host, port, socketName) {
  return new Promise((resolve) => {
    net
      .createServer((client) => {
        const upstream = net.connect(path.join(directory, socketName));
        client.pipe(upstream).pipe(client);
        const end = () => (client.destroy(), upstream.destroy());
        client.on('error', end);
        upstream.on('error', end);
      })
      .listen(port, host, resolve);
  });
}

function addressOf(name) {
  if (name === 'metadata.google.internal') return METADATA;
  return /\.(amazonaws|googleapis)\.com$/.test(name) ? address : undefined;
}

function answer(query) {
  const labels = [];
  let at = 12;
  while (query[at]) {
    labels.push(query.toString('latin1', at + 1, at + 1 + query[at]));
    at += 1 + query[at];
  }
  const end = at + 5;
  const found = addressOf(labels.join('.').toLowerCase());
  const hasAnswer = found !== undefined && query.readUInt16BE(at + 1) === A_RECORD;
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(found === undefined ? 0x8183 : 0x8180, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(hasAnswer ? 1 : 0, 6);
  header.writeUInt32BE(0, 8);
  const record = hasAnswer
    ? Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, ...found.split('.').map(Number)])
    : [];
  return Buffer.concat([header, query.subarray(12, end), Buffer.from(record)]);
}

const dns = dgram.createSocket('udp4');
dns.on('message', (query, from) => dns.send(answer(query), from.port, from.address));
Promise.all([
  forward(METADATA, 80, 'metadata.sock'),
  forward(address, 443, 'api.sock'),
  forward(eventStore, EVENT_STORE_PORT, 'events.sock'),
  new Promise((resolve) => dns.bind(53, address, resolve)),
]).then(() => process.stdout.write('ready\n'));
process.stdin.on('end', () => process.exit()).resume(); // The harness ended, however it did.
