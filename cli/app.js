// The app command of cdktf.json: compiles what is stale, then runs the app in this same process. Plain JavaScript, for it
// runs before anything is compiled. When nothing is stale it costs a few milliseconds.
'use strict';

const file = prepare();
require('../tools/artifacts/build/run-bundle').runBundle(
  file,
  ['aws', 'gcp'].includes(process.env.CLOUD) ? process.env.CLOUD : 'both',
);

/** Path of the app, ready to run. */
function prepare() {
  try {
    require('../tools/artifacts/build/typescript').compileTypeScript();
    if (!isPushed()) require('../dist/tools/artifacts/build/go-programs').buildGoPrograms([`linux-${architecture()}`]);
    return require('../tools/artifacts/build/app-bundle').bundleApp();
  } catch (error) {
    console.error(process.env.SANDPIPER_DEBUG === '1' ? error.stack : `sandpiper: ${error.message}`);
    return process.exit(error.exitCode || 1);
  }
}

/** Only the programs of the deployed architecture are built; a wrong value is told by the settings, which name it. */
function architecture() {
  return setting('ARCHITECTURE', 'architecture') === 'arm64' ? 'arm64' : 'x64';
}

/** Programs that were pushed are those of the last `./sandpiper build`: no stack takes newer ones. */
function isPushed() {
  return setting('ARTIFACTS', 'artifacts') === 'pushed';
}

function setting(variable, key) {
  return process.env[variable] || JSON.parse(process.env.CDKTF_CONTEXT_JSON || '{}')[key];
}
