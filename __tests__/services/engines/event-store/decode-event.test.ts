import { decodeEvent, InvalidEventError } from '../../../../services/engines/event-store/redis/decode-event';

describe('a stored event', () => {
  it('is read as it was written', () => {
    for (const event of [
      { type: 'stdout', data: 'x' },
      { type: 'stderr', data: 'eA==', encoding: 'base64' },
      { type: 'stage', stage: 'compile' },
      { type: 'reset', attempt: 2 },
      { type: 'exit', reason: 'timeout', stage: 'run', limit: 'wall' },
      { type: 'error', code: 'unavailable', message: 'm' },
      { type: 'usage', stage: 'run', wallMs: 1, cpuMs: 1, peakMemoryBytes: 1, stdoutBytes: 0, stderrBytes: 0 },
    ]) {
      expect(decodeEvent(JSON.stringify(event))).toEqual(event);
    }
  });

  it('of a newer runner passes, with fields and types that are not known here', () => {
    const events = [
      { type: 'exit', reason: 'ok', stage: 'run', exitCode: 0, energyJoules: 3 },
      { type: 'artifact', name: 'plot.png' },
    ];
    for (const event of events) expect(decodeEvent(JSON.stringify(event))).toEqual(event);
  });

  it.each([
    ['{', 'JSON'],
    ['null', 'Invalid'],
    ['{"type":"stdout"}', 'data'],
    ['{"type":"exit","reason":"bored","stage":"run"}', 'reason'],
    ['{"type":"reset","attempt":0}', 'attempt'],
  ])('that no runner writes is refused with what is wrong: %s', (text, field) => {
    expect(() => decodeEvent(text)).toThrow(InvalidEventError);
    expect(() => decodeEvent(text)).toThrow(new RegExp(field, 'i'));
  });
});
