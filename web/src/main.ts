import { createClient } from '../../services/protocol/client';
import { element } from './elements';
import { fetchLanguages, openSocket } from './gateway';
import { keptProgram, keptToken } from './kept';
import { groupByLanguage } from './language-list';
import { createNotice } from './notice';
import { createProgramForm } from './program-form';
import { createRunPanel } from './run-panel';
import { fromFragment, toFragment } from './share';
import { createSignIn } from './sign-in';
import { followTheme } from './theme';

const notice = createNotice(() => client.retryNow());
const client = createClient({ openSocket: () => openSocket(keptToken.get()), onConnection: notice.connection });
const form = createProgramForm(onEdit);
const panel = createRunPanel(client, form.read, () => signIn.ask());
const signIn = createSignIn(panel.takeUp);

function onEdit(): void {
  keptProgram.set(form.read());
  // The address no longer says what is shown.
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
}

async function showShared(): Promise<boolean> {
  try {
    const shared = await fromFragment(location.hash);
    if (shared === undefined) return false;
    form.show(shared);
    keptProgram.set(shared);
    return true;
  } catch (error) {
    notice.say(sentence((error as Error).message));
    return false;
  }
}

async function share(): Promise<void> {
  history.replaceState(null, '', await toFragment(form.read()));
  try {
    await navigator.clipboard.writeText(location.href);
    notice.say('The link is copied, and in the address bar. Whoever has it sees this program.');
  } catch {
    notice.say('The link is in the address bar. Whoever has it sees this program.');
  }
}

function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key === 'Enter') {
      event.preventDefault();
      panel.run();
    } else if (isCommand && event.key.toLowerCase() === 's' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      void share();
    } else if (event.key === 'Escape' && !event.defaultPrevented) {
      panel.stop();
    }
  });
}

async function start(): Promise<void> {
  followTheme(element('theme', HTMLButtonElement));
  element('share', HTMLButtonElement).addEventListener('click', () => void share());
  listenToKeys();
  addEventListener('hashchange', () => void showShared());
  addEventListener('online', () => client.retryNow());
  const kept = keptProgram.get();
  if (!(await showShared()) && kept !== undefined) form.show(kept);
  panel.takeUp();
  let hasFailed = false;
  const offered = await fetchLanguages(() => {
    hasFailed = true;
    notice.say('The list of languages cannot be loaded; trying again.');
  });
  if (hasFailed) notice.say(undefined);
  const wanted = form.read().language;
  if (!form.offer(groupByLanguage(offered))) notice.say(`There is no language “${wanted}” here; choose another.`);
  panel.allow(offered.length > 0);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

void start();
