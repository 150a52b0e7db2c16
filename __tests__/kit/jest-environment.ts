import type { Circus } from '@jest/types';
import { TestEnvironment } from 'jest-environment-node';
import { CIRCUS_STATE } from './circus-state';

/** Node's environment, which also shows the state of jest's runner to the tests: this handler is the documented way to it. */
export default class StateEnvironment extends TestEnvironment {
  handleTestEvent = (_event: Circus.Event, state: Circus.State): void => {
    (this.global as unknown as Record<symbol, unknown>)[CIRCUS_STATE] = state;
  };
}
