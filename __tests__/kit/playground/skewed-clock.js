// Loaded before a program (`node --require`): its wall clock is wrong by SKEW_MS.
'use strict';
const skewMs = Number(process.env.SKEW_MS);
const now = Date.now;
const RealDate = Date;
Date.now = () => now() + skewMs;
globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(now() + skewMs);
    else super(...args);
  }
};
