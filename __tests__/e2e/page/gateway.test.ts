import { SignJWT } from 'jose';
import type { Page } from 'playwright-core';
import { buildPage } from '../../../tools/artifacts/build/page';
import { openTestGateway, SECRET, type TestGateway } from '../../kit/gateway/test-gateway';
import { requireTool } from '../../kit/require-tool';
import { openBrowser, type OpenBrowser } from './browser';

const WAIT = { timeout: 30_000 };

/** The page, the gateway that serves it, and a runner of scripts (__tests__/kit/runner/scripted-pool.ts). */
describe('the playground page at its gateway', () => {
  requireTool('chromium');
  let browser: OpenBrowser;
  let gateway: TestGateway;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    gateway = await openTestGateway({ pageDirectory: (await buildPage()).directory });
    gateway.startRunner();
    browser = await openBrowser();
    page = await newPage(browser);
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await show(page, gateway);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
  }, 60_000);
  afterEach(() => expect(complaints).toEqual([]));

  const run = (script: string): Promise<void> => runScript(page, script);
  async function shows(selector: string, text: string): Promise<void> {
    await page.waitForFunction(
      ([s, t]) => document.querySelector(s!)?.textContent?.includes(t!),
      [selector, text],
      WAIT,
    );
  }

  it('offers the languages of the gateway and runs a program', async () => {
    expect(await page.inputValue('#language')).toBe('script');
    expect(await page.locator('#version option').allTextContents()).toEqual(['2.1.0', '1.0.0']);
    await run('print hello\nexit 3');
    await shows('#output', 'hello\n');
    await shows('#status', 'Finished with exit code 3. Run ');
  });

  it('shows output while the program runs, and after a reload, and stops it', async () => {
    await run('print on the way\nwait');
    await shows('#output', 'on the way\n');
    await shows('#status', 'Running');
    await page.reload();
    await shows('#output', 'on the way\n');
    await shows('#status', 'Running');
    await page.click('#stop');
    await shows('#status', 'Stopped.');
    expect(await page.textContent('#output')).toBe('on the way\n');
  });

  it('sends what is typed', async () => {
    await page.locator('#run:enabled').waitFor();
    await page.check('#interactive');
    await run('echo');
    await shows('#status', 'Running');
    await page.fill('#line', 'typed');
    await page.press('#line', 'Enter');
    // Once as it was typed, once as the program wrote it.
    await shows('#output', 'typed\ntyped\n');
    await page.click('#end-input');
    await shows('#status', 'Finished.');
  });
});

/** As behind a cloud's load balancer: nobody runs anything without a token. */
describe('the playground page at a gateway that wants a token', () => {
  requireTool('chromium');
  let browser: OpenBrowser;
  let gateway: TestGateway;
  let page: Page;

  beforeAll(async () => {
    gateway = await openTestGateway({
      pageDirectory: (await buildPage()).directory,
      settings: { allowAnonymous: false },
    });
    gateway.startRunner();
    browser = await openBrowser();
    page = await newPage(browser);
    await show(page, gateway);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await gateway?.close();
  }, 60_000);

  const tokenOf = (secret: string): Promise<string> =>
    new SignJWT({ user_id: 'u1' }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
  const signIn = async (token: string): Promise<void> => {
    await page.fill('#token', token);
    await page.press('#token', 'Enter');
  };

  it('asks for one, says when it is none or is refused, and then runs what was asked for', async () => {
    expect(await page.isHidden('#sign-in')).toBe(true);
    await runScript(page, 'print signed in\nexit 0');
    await page.locator('#sign-in').waitFor({ state: 'visible' });
    await signIn('no token');
    expect(await page.$eval('#token', (field) => (field as HTMLInputElement).validationMessage)).toMatch('three parts');
    await signIn(await tokenOf('another secret'));
    await page.locator('#sign-in').waitFor({ state: 'visible' });
    await signIn(`Bearer ${await tokenOf(SECRET)}`);
    await page.locator('#output', { hasText: 'signed in' }).waitFor();
    expect(await page.isHidden('#sign-in')).toBe(true);
  });

  it('keeps it over a reload, and sends it nowhere but to the socket', async () => {
    await page.reload();
    await page.locator('#output', { hasText: 'signed in' }).waitFor();
    expect(page.url()).not.toContain('eyJ');
    expect(await page.evaluate(() => Object.keys(localStorage).join())).not.toContain('token');
  });
});

async function newPage({ context }: OpenBrowser): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT.timeout);
  return page;
}

async function show(page: Page, gateway: TestGateway): Promise<void> {
  await page.goto(gateway.url);
  await page.locator('#run:enabled').waitFor();
}

async function runScript(page: Page, script: string): Promise<void> {
  await page.click('.cm-content');
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(script);
  await page.click('#run');
}
