import type { Page } from 'playwright-core';
import { buildPage } from '../../../tools/artifacts/build/page';
import type { UnnumberedEvent } from '../../../services/protocol/events';
import { requireTool } from '../../kit/require-tool';
import { openBrowser, type OpenBrowser } from './browser';
import { startDrivenGateway, type DrivenGateway, type DrivenJob } from './driven-gateway';

const WAIT = { timeout: 30_000 };
const usage = (stage: 'compile' | 'run'): UnnumberedEvent => ({
  ...{
    type: 'usage',
    stage,
    wallMs: 1234,
    cpuMs: 56,
    peakMemoryBytes: 12 * 1024 * 1024,
    stdoutBytes: 1,
    stderrBytes: 0,
  },
});
const out = (data: string): UnnumberedEvent => ({ type: 'stdout', data });
const RUN: UnnumberedEvent = { type: 'stage', stage: 'run' };
const EXIT: UnnumberedEvent = { type: 'exit', reason: 'ok', stage: 'run', exitCode: 0 };

describe('the playground page', () => {
  requireTool('chromium');
  let browser: OpenBrowser;
  let gateway: DrivenGateway;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    gateway = await startDrivenGateway((await buildPage()).directory);
    browser = await openBrowser();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
  }, 60_000);

  beforeEach(async () => {
    complaints = [];
    page = await browser.context.newPage();
    page.setDefaultTimeout(WAIT.timeout);
    page.on('console', (message) => {
      // A connection that the test cuts is the network's to tell of, not the page's.
      if (message.type() === 'error' && !message.text().includes('WebSocket')) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(gateway.url);
    await page.locator('#run:enabled').waitFor();
  });
  afterEach(async () => {
    await page.close();
    // Violations of the content security policy are among them.
    expect(complaints).toEqual([]);
  });

  async function started(): Promise<DrivenJob> {
    const before = gateway.jobs.length;
    await page.click('#run');
    await until(() => gateway.jobs.length > before);
    return gateway.jobs[before]!;
  }
  const outputIs = (text: string) => shows('#output', text);
  const outputBecomes = (text: string) =>
    page.waitForFunction((t) => document.querySelector('#output')?.textContent === t, text, WAIT);
  const statusIs = (text: string) => shows('#status', text);
  async function shows(selector: string, text: string): Promise<void> {
    await page.waitForFunction(
      ([s, t]) => document.querySelector(s!)?.textContent?.includes(t!),
      [selector, text],
      WAIT,
    );
  }
  async function type(code: string): Promise<void> {
    await page.click('.cm-content');
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(code);
  }

  it('runs what was written, with its version, arguments and input, and says how it ended', async () => {
    await page.selectOption('#version', '3.9.1');
    await type('print("hi")');
    await page.fill('#args', `one 'two three'`);
    await page.fill('#stdin', 'some input');
    const job = await started();
    expect(job.submit).toMatchObject({
      ...{ language: 'python', version: '3.9.1', files: [{ content: 'print("hi")' }] },
      ...{ args: ['one', 'two three'], stdin: 'some input', stdinOpen: false },
    });
    job.emit(RUN, out('first\n'));
    await outputIs('first');
    await statusIs('Running');
    job.emit(out('second\n'), { type: 'stderr', data: 'oh no\n' }, usage('run'), { ...EXIT, exitCode: 3 });
    await statusIs('Finished with exit code 3. Run 1.23 s, processor 56 ms, memory 12 MiB');
    await outputBecomes('first\nsecond\noh no\n');
    expect(await page.textContent('#output .stderr')).toBe('oh no\n');
    expect(await page.isEnabled('#run')).toBe(true);
  });

  it('shows a compiler’s errors, and runs by the keyboard', async () => {
    await page.selectOption('#language', 'c');
    await page.click('.cm-content');
    const before = gateway.jobs.length;
    await page.keyboard.press('Control+Enter');
    await until(() => gateway.jobs.length > before);
    const job = gateway.jobs[before]!;
    expect(job.submit).toMatchObject({ language: 'c', version: '12.2.0' });
    expect(job.submit.files[0]!.content).toContain('Hello, world!');
    const compile = 'compile' as const;
    job.emit({ type: 'stage', stage: compile }, { type: 'stderr', data: 'main.c:1: error\n' }, usage(compile));
    job.emit({ type: 'exit', reason: 'compileError', stage: compile, exitCode: 1 });
    await statusIs('It does not compile.');
    expect(await page.textContent('#output .stderr')).toBe('main.c:1: error\n');
  });

  it('sends what is typed while the program runs', async () => {
    await page.check('#interactive');
    const job = await started();
    expect(job.submit.stdinOpen).toBe(true);
    job.emit(RUN, out('Name? '));
    await outputIs('Name?');
    await page.fill('#line', 'Ada');
    await page.press('#line', 'Enter');
    await until(() => job.received.some((message) => message.type === 'stdin' && message.data === 'Ada\n'));
    await page.click('#end-input');
    await until(() => job.received.some(({ type }) => type === 'stdinClose'));
    job.emit(out('Hello, Ada\n'), EXIT);
    await statusIs('Finished.');
    await outputBecomes('Name? Ada\nHello, Ada\n');
    expect(await page.isVisible('#live')).toBe(false);
  });

  it('stops a program, by button and by Escape', async () => {
    for (const press of [() => page.click('#stop'), () => page.keyboard.press('Escape')]) {
      const job = await started();
      job.emit(RUN);
      await statusIs('Running');
      await press();
      await until(() => job.received.some(({ type }) => type === 'cancel'));
      await statusIs('Stopping');
      job.emit({ type: 'exit', reason: 'cancelled', stage: 'run' });
      await statusIs('Stopped.');
    }
  });

  it('goes on where it was when the connection is cut, or the gateway goes away', async () => {
    const job = await started();
    job.emit(RUN, out('a'));
    await outputIs('a');
    gateway.cut();
    job.emit(out('b'));
    await outputIs('ab');
    gateway.say({ type: 'goingAway' });
    job.emit(out('c'));
    await until(() => job.received.filter(({ type }) => type === 'resume').length === 2);
    job.emit(EXIT);
    await statusIs('Finished.');
    await outputBecomes('abc');
    expect(job.received[0]).toMatchObject({ type: 'resume', after: { epoch: 'e1', seq: 2 } });
    expect(await page.isVisible('#notice')).toBe(false);
  });

  it('takes a run up again after a reload, with the program and its output', async () => {
    await type('# mine');
    const job = await started();
    job.emit(RUN, out('before\n'));
    await outputIs('before');
    await page.reload();
    await outputIs('before');
    job.emit(out('after\n'), EXIT);
    await statusIs('Finished.');
    await outputBecomes('before\nafter\n');
    expect(await page.textContent('.cm-content')).toContain('# mine');
    // It is shown once more when it has ended, too.
    await page.reload();
    await outputIs('before\nafter\n');
    await statusIs('Finished.');
  });

  it('drops what it showed when another attempt begins', async () => {
    const job = await started();
    job.emit(RUN, out('void\n'));
    await outputIs('void');
    job.restart();
    await outputBecomes('');
    job.emit(RUN, out('good\n'), EXIT);
    await statusIs('Finished.');
    await outputBecomes('good\n');
  });

  it('says why a program was refused, and when to try again', async () => {
    gateway.refuseNext({ code: 'overloaded', message: 'x', retryAfterMs: 7000 });
    await page.click('#run');
    await statusIs('Too many programs are waiting. Try again in 7 s.');
    await page.fill('#args', '"open');
    await page.click('#run');
    await shows('#args-problem', 'a quote (") is not closed');
  });

  it('stays quick with a megabyte of output, and shows its end', async () => {
    const job = await started();
    const line = `${'x'.repeat(63)}\n`;
    job.emit(RUN);
    for (let sent = 0; sent < 1024 * 1024; sent += 64 * 64) job.emit(out(line.repeat(64)));
    job.emit(out('the end'), EXIT);
    await statusIs('Finished.');
    await outputIs('the end');
    await shows('#cut', 'are not shown');
    const { elements, characters, isAtEnd } = await page.evaluate(() => {
      const box = document.querySelector('#output')!;
      const isAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 30;
      return { elements: box.childElementCount, characters: box.textContent!.length, isAtEnd };
    });
    expect(elements).toBeLessThan(200);
    expect(characters).toBeLessThanOrEqual(256 * 1024);
    expect(isAtEnd).toBe(true);
  });

  it('shares a program in the address alone, until it is changed', async () => {
    await page.selectOption('#language', 'go');
    await type('// gö 🐎');
    await page.fill('#stdin', 'in');
    await page.click('#share');
    await page.waitForFunction(() => location.hash.startsWith('#1.'), undefined, WAIT);
    const link = page.url();
    await page.evaluate(() => sessionStorage.clear());
    await page.goto('about:blank');
    await page.goto(link);
    await page.locator('#run:enabled').waitFor();
    expect(await page.textContent('.cm-content')).toBe('// gö 🐎');
    expect(await page.inputValue('#language')).toBe('go');
    expect(await page.inputValue('#stdin')).toBe('in');
    await type('changed');
    await page.waitForFunction(() => location.hash === '', undefined, WAIT);
    await page.goto('about:blank');
    await page.goto(`${gateway.url}#1.broken`);
    await shows('#notice', 'This link is damaged');
  });

  it('colours the program by its language', async () => {
    await page.waitForFunction(
      () => {
        const root = document.querySelector('#editor')!.shadowRoot!;
        const colours = [...root.querySelectorAll('.cm-line span')].map((span) => getComputedStyle(span).color);
        return new Set(colours).size > 1;
      },
      undefined,
      WAIT,
    );
  });

  it('is dark or light as the system is, or as the button says, also after a reload', async () => {
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await background();
    expect(dark).not.toBe(light);
    await page.click('#theme');
    expect(await background()).toBe(light);
    await page.reload();
    await page.locator('#run:enabled').waitFor();
    expect(await background()).toBe(light);
    await page.evaluate(() => localStorage.clear());
  });

  it('fits a phone: nothing is wider than it, and every control has a name', async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    await page.check('#interactive');
    const job = await started();
    job.emit(RUN, out(`${'wide'.repeat(200)}\n`));
    await outputIs('wide');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLInputElement>('button, select, input, textarea')]
        .filter((control) => !(control.textContent?.trim() || control.labels?.length || control.ariaLabel))
        .map(({ id }) => id),
    );
    expect(nameless).toEqual([]);
    job.emit(EXIT);
    await statusIs('Finished.');
  });
});

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + WAIT.timeout;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain for ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
