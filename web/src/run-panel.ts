import type { JobListener, ProtocolClient, RemoteJob } from '../../services/protocol/client';
import { splitArguments } from './args';
import { element } from './elements';
import { noJob, reduce, type JobNews } from './job-view';
import { keptRun } from './kept';
import { createOutputView } from './output-view';
import { textOf } from './output-text';
import type { Program } from './program';
import { usageInWords } from './words';

export interface RunPanel {
  run(): void;
  stop(): void;
  /** Whether a program can be run at all. */
  allow(isAllowed: boolean): void;
  /** Takes up the run of this tab: that before a reload, or the one that was refused for want of a token. */
  takeUp(): void;
}

/**
 * Run, stop, live input, output and status: everything about the one job that the page shows.
 *
 * @param onUnauthorized the gateway wants a token: with one, the run can be taken up
 */
export function createRunPanel(client: ProtocolClient, read: () => Program, onUnauthorized: () => void): RunPanel {
  const runButton = element('run', HTMLButtonElement);
  const stopButton = element('stop', HTMLButtonElement);
  const copy = element('copy', HTMLButtonElement);
  const live = element('live', HTMLFormElement);
  const line = element('line', HTMLInputElement);
  const status = element('status', HTMLParagraphElement);
  const cutMark = element('cut', HTMLParagraphElement);
  const problem = element('args-problem', HTMLParagraphElement);
  const output = createOutputView(element('output', HTMLDivElement), (characters) => {
    cutMark.hidden = characters === 0;
    cutMark.textContent = `The first ${characters.toLocaleString('en')} characters are not shown; Copy has them.`;
  });
  let view = noJob;
  let job: RemoteJob | undefined;
  let isAllowed = false;
  let takesInput = false;

  function show(): void {
    runButton.disabled = !isAllowed || view.isRunning;
    stopButton.disabled = !view.canStop;
    live.hidden = !(view.isRunning && takesInput);
    status.className = view.tone;
    const usage = usageInWords(view.usages);
    const words = view.isRunning || usage === '' ? view.status : `${view.status} ${usage}`;
    // Only what changed is read aloud.
    if (status.textContent !== words) status.textContent = words;
  }

  function hear(news: JobNews): void {
    view = reduce(view, news);
    show();
  }

  const listener: JobListener = {
    onAccepted: (ticket) => {
      keptRun.set({ ticket });
      hear({ kind: 'accepted' });
    },
    onQueued: (waiting) => hear({ kind: 'queued', waiting }),
    onReset: () => {
      output.clear();
      hear({ kind: 'reset' });
    },
    onEvent: (event) => {
      if (event.type === 'stdout' || event.type === 'stderr') {
        copy.disabled = false;
        return output.append(event.type, textOf(event));
      }
      hear({ kind: 'event', event });
    },
    onRefused: (refusal) => {
      if (refusal.code === 'unauthorized') onUnauthorized();
      else keptRun.clear();
      hear({ kind: 'refused', refusal });
    },
  };

  function start(news: JobNews, open: () => RemoteJob): void {
    output.clear();
    copy.disabled = true;
    hear(news);
    job = open();
  }

  function run(): void {
    if (runButton.disabled) return;
    const { language, version, code, stdin, args: typed, interactive } = read();
    let args: string[];
    try {
      args = splitArguments(typed);
      problem.hidden = true;
    } catch (error) {
      problem.textContent = `Arguments: ${(error as Error).message}.`;
      problem.hidden = false;
      return element('args', HTMLInputElement).focus();
    }
    const request = {
      idempotencyKey: crypto.randomUUID(),
      job: { language, version: version || undefined, files: [{ content: code }], stdin, stdinOpen: interactive, args },
    };
    keptRun.set({ request });
    takesInput = interactive;
    start({ kind: 'submitted' }, () => client.submit(request, listener));
    if (interactive) line.focus();
  }

  function stop(): void {
    if (!view.canStop) return;
    hear({ kind: 'stopping' });
    job?.cancel();
  }

  runButton.addEventListener('click', run);
  stopButton.addEventListener('click', stop);
  live.addEventListener('submit', (event) => {
    event.preventDefault();
    job?.sendStdin(`${line.value}\n`);
    output.append('stdin', `${line.value}\n`);
    line.value = '';
  });
  element('end-input', HTMLButtonElement).addEventListener('click', () => {
    job?.closeStdin();
    takesInput = false;
    show();
  });
  copy.addEventListener('click', () => {
    navigator.clipboard.writeText(output.text()).then(
      () => (copy.textContent = 'Copied'),
      () => (copy.textContent = 'Not allowed'),
    );
    setTimeout(() => (copy.textContent = 'Copy'), 2_000);
  });

  return {
    run,
    stop,
    allow: (allowed) => {
      isAllowed = allowed;
      show();
    },
    takeUp: () => {
      const kept = keptRun.get();
      if (kept === undefined) return;
      takesInput = read().interactive;
      // Its output went with the page before: it is told from the beginning.
      if ('ticket' in kept) start({ kind: 'resumed' }, () => client.resume(kept.ticket, listener));
      else start({ kind: 'submitted' }, () => client.submit(kept.request, listener));
    },
  };
}
