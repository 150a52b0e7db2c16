// Plain JavaScript, in a syntax that Node.js 8 still parses: this runs before anything is installed or compiled.
'use strict';

const MINIMUM_NODE = [20, 19];

/** Who read the output may have gone (`| head`): the command does its work all the same. */
function outliveReaders(stream) {
  stream.on('error', function (error) {
    if (error.code !== 'EPIPE') throw error;
  });
}

/**
 * AWS's SDK warns under Node.js 20 that a later version of it will want a newer one: this project's lock file holds a version that does
 * not. Whoever sets the variable is obeyed.
 */
const AWS_WARNING = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

function main() {
  outliveReaders(process.stdout);
  outliveReaders(process.stderr);
  if (process.env[AWS_WARNING] === undefined) process.env[AWS_WARNING] = 'true';
  const version = process.versions.node.split('.').map(Number);
  if (version[0] < MINIMUM_NODE[0] || (version[0] === MINIMUM_NODE[0] && version[1] < MINIMUM_NODE[1])) {
    const needed = MINIMUM_NODE.join('.');
    console.error(
      `sandpiper: needs Node.js ${needed} or newer; this is ${process.versions.node} (${process.execPath}).`,
    );
    process.exitCode = 3;
    return;
  }
  const argv = process.argv.slice(2);
  require('../tools/provision/node-modules')
    .installNodeModules(argv[0])
    .then(() => {
      require('../tools/artifacts/build/typescript').compileTypeScript();
      require('../dist/cli/main').main(argv);
    })
    .catch((error) => {
      if (process.env.SANDPIPER_DEBUG === '1') console.error(error.stack);
      else console.error(`sandpiper: ${error.message}`);
      process.exitCode = error.exitCode || 1;
    });
}

main();
