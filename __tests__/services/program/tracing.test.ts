import { contextOf, startTracing, traceparentOf, tracer } from '../../../services/program/tracing';

const CALLER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

// What is recorded and sent is looked at in __tests__/e2e/programs.
describe('traces that nothing takes', () => {
  it('are not recorded; the caller’s context is carried on all the same', async () => {
    await startTracing('none', {}).close();
    const span = tracer().startSpan('any', {}, contextOf(CALLER));
    expect(span.isRecording()).toBe(false);
    expect(traceparentOf(span)).toBe(CALLER);
  });

  it('have no context of their own', () => {
    expect(traceparentOf(tracer().startSpan('any'))).toBeUndefined();
  });

  it.each(['', 'x', CALLER.slice(0, 30), CALLER.replace(/[1-9a-f]/g, '0')])('take none from %j', (traceparent) => {
    expect(traceparentOf(tracer().startSpan('any', {}, contextOf(traceparent)))).toBeUndefined();
  });
});
