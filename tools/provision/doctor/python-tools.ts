import { checkov, findPythonTool, moto, type PythonTool } from '../python-tools';
import { pinned } from '../pinned';
import type { Check } from './check';

/** Simulates AWS in the tests. */
export const motoServer = pythonCheck(moto);

/** Checks the plans against policies in the tests. */
export const policyScanner = pythonCheck(checkov);

function pythonCheck(tool: PythonTool): Check {
  const version = pinned[tool.distribution];
  return {
    name: `${tool.distribution} ${version}`,
    neededBy: 'test',
    look: () => {
      const file = findPythonTool(tool);
      if (file !== undefined) return { state: 'ok', found: file };
      return { state: 'missing', found: 'not installed', fix: './sandpiper test installs it' };
    },
  };
}
