import * as os from 'node:os';
import * as path from 'node:path';
import { cacheDirectory, dataDirectory } from '../../../tools/provision/cache';

describe('directories of the user', () => {
  const saved = { ...process.env };
  afterEach(() => {
    for (const name of ['XDG_CACHE_HOME', 'XDG_DATA_HOME']) {
      if (saved[name] === undefined) delete process.env[name];
      else process.env[name] = saved[name];
    }
  });

  it('follow the XDG variables', () => {
    process.env.XDG_CACHE_HOME = '/somewhere/cache';
    process.env.XDG_DATA_HOME = '/somewhere/data';
    expect(cacheDirectory('python', 'moto')).toBe('/somewhere/cache/sandpiper/python/moto');
    expect(dataDirectory()).toBe('/somewhere/data/sandpiper');
  });

  it.each([[undefined], [''], ['relative/path']])('are below the home directory when the variable is %j', (value) => {
    if (value === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = value;
    expect(cacheDirectory()).toBe(path.join(os.homedir(), '.cache/sandpiper'));
  });
});
