import * as http2 from 'node:http2';

/** gRPC's status of a caller who is not known. */
const UNAUTHENTICATED = '16';

/**
 * Passes gRPC calls on to a server of this machine that speaks it without TLS, such as Google's emulators. Calls without the right
 * token are refused, as Google does.
 */
export function grpcForward(options: {
  /** `host:port` by the host that is called. */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly accessToken: string;
  readonly onRefused: (reason: string) => void;
}): (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void {
  const sessions = new Map<string, http2.ClientHttp2Session>();
  const sessionTo = (endpoint: string): http2.ClientHttp2Session => {
    const known = sessions.get(endpoint);
    if (known && !known.closed && !known.destroyed) return known;
    const session = http2.connect(`http://${endpoint}`);
    // Each stream tells of its own end.
    session.on('error', () => undefined);
    session.unref();
    sessions.set(endpoint, session);
    return session;
  };
  return (stream, headers) => {
    const { ':authority': authority = '', ':path': path, ':method': method, authorization, ...rest } = headers;
    const refuse = (reason: string): void => {
      options.onRefused(`${authority}${path}: ${reason}`);
      const status = { 'grpc-status': UNAUTHENTICATED, 'grpc-message': encodeURIComponent(reason) };
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...status }, { endStream: true });
    };
    stream.on('error', () => undefined);
    if (authorization !== `Bearer ${options.accessToken}`) return refuse('wrong access token');
    const endpoint = options.endpoints[authority.split(':')[0]!];
    if (endpoint === undefined) return refuse('no such host here');
    const passedOn = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith(':')));
    const call = sessionTo(endpoint).request({ ...passedOn, ':method': method, ':path': path });
    call.on('error', () => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR));
    stream.once('close', () => call.close(http2.constants.NGHTTP2_CANCEL));
    let trailers: http2.IncomingHttpHeaders = {};
    call.once('trailers', (given) => (trailers = given));
    call.once('response', (answer, flags) => {
      const isAll = (flags & http2.constants.NGHTTP2_FLAG_END_STREAM) !== 0;
      if (stream.destroyed) return;
      stream.respond(answer, isAll ? { endStream: true } : { waitForTrailers: true });
      if (isAll) return;
      stream.once('wantTrailers', () => stream.sendTrailers(trailers));
      call.pipe(stream);
    });
    stream.pipe(call);
  };
}
