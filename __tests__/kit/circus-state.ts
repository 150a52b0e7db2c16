/** Where the environment of the tests puts the state of jest's runner. */
export const CIRCUS_STATE = Symbol.for('sandpiper.circus-state');
