import type { Cloud } from '../../modules/props/cloud';
import { failed, ok, warning, type Finding } from './check';
import type { Stack } from '../plan/synthesized';
import type { Values } from './values';

/** Values that Terraform will ask for: the stack's own variables that have neither a default nor a value. */
export async function givenValues(cloud: Cloud, stack: Promise<Stack>, values: Values): Promise<readonly Finding[]> {
  const { variables } = await stack;
  const asked = Object.keys(variables).filter((name) => !('default' in variables[name]!) && !values[name]);
  const findings: Finding[] = asked.map((name) =>
    name === 'app_jwt_secret'
      ? warning(`Terraform will ask for ${name}`, 'export TF_VAR_app_jwt_secret="$(openssl rand -hex 32)", and keep it')
      : failed(`${name} is not given`, `./sandpiper preflight ${cloud} --var ${name}=..., and deploy with the same`),
  );
  return findings.length > 0 ? findings : [ok(`all ${Object.keys(variables).length} have one`)];
}
