import * as fs from 'node:fs';

// Preloaded: notes the peak memory (KiB) and the processor time (µs) of this process. Processes that it starts write first
// and are overwritten.
process.on('exit', () => {
  const file = process.env.SANDPIPER_USAGE_FILE;
  if (file !== undefined) fs.writeFileSync(file, JSON.stringify(process.resourceUsage()));
});
