import { ok, unread, CheckSkipped, type Check, type Finding, type Result } from './check';
import { runChecks, wordsOf } from './run-checks';
import { NotKnown } from '../plan/not-known';
import type { Stack } from '../plan/synthesized';

/** A check of an account, which it is told. */
export interface AccountCheck<Account> {
  readonly name: string;
  readonly look: (account: Account, signal: AbortSignal) => Promise<Finding | readonly Finding[]>;
}

/**
 * Looks at the credentials first, and synthesizes the stack meanwhile: without the one nothing can be asked, and of the other several checks
 * want to know. Then everything else at once.
 *
 * @param enter reads who asks, and the account that the checks are told; without one they are not asked
 */
export async function checkAccount<Account>(
  enter: (
    signal: AbortSignal,
  ) => Promise<{ readonly finding: Finding; readonly account?: (stack: Promise<Stack>) => Account }>,
  synthesize: () => Promise<Stack>,
  checks: readonly AccountCheck<Account>[],
): Promise<Result[]> {
  let entered: ((stack: Promise<Stack>) => Account) | undefined;
  const credentials: Check = {
    name: 'credentials',
    look: async (signal) => {
      const { finding, account } = await enter(signal);
      entered = account;
      return finding;
    },
  };
  const [first, synthesized] = await Promise.all([runChecks([credentials]), settled(synthesize)]);
  const results = [...first, { ...synthesized.finding, check: 'stack' }];
  if (entered === undefined) {
    const notAsked = unread('not asked: the credentials do not work');
    return [...results, ...checks.map(({ name }): Result => ({ ...notAsked, check: name }))];
  }
  const account = entered(synthesized.stack);
  const rest = await runChecks(checks.map(({ name, look }) => ({ name, look: (signal) => look(account, signal) })));
  return [...results, ...rest];
}

async function settled(synthesize: () => Promise<Stack>): Promise<{ finding: Finding; stack: Promise<Stack> }> {
  try {
    const stack = await synthesize();
    return { finding: ok(`${stack.resources.length} resources`), stack: Promise.resolve(stack) };
  } catch (error) {
    const fix = error instanceof NotKnown ? error.fix : undefined;
    const stack = Promise.reject<Stack>(new CheckSkipped('not asked: the stack is not known'));
    // Only those that want it hear of it.
    stack.catch(() => undefined);
    return { finding: { state: 'failed', found: wordsOf(error), fix }, stack };
  }
}
