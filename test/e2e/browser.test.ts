import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import { createHome, startProgram, type Home, type Program } from '../support/program.ts';
import type { Browser, Page } from 'playwright-core';

/** Where a picture of the failed run is wanted: how the README's came to be. */
const picture = process.env['KUROKO_SCREENSHOT'];

it('has a browser where it must not be missing', () => {
  expect(hasBrowser() || process.env['CI'] !== 'true').toBe(true);
});

describe.skipIf(!hasBrowser())('in a browser', () => {
  let home: Home;
  let program: Program;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    home = await createHome();
    [program, browser] = await Promise.all([startProgram(home), openBrowser()]);
    page = await browser.newPage({ viewport: { width: 900, height: 640 }, deviceScaleFactor: 2 });
    page.on('dialog', (dialog) => void dialog.accept());
    await page.goto(program.slackUrl);
  });
  afterAll(async () => {
    await browser.close();
    await home.remove();
  }, 60_000);

  const type = async (text: string) => {
    const composer = page.getByPlaceholder(/Message #general/);
    await composer.fill(text);
    await composer.press('Enter');
  };

  it('types a launch, reads that it failed, and presses Retry until it has finished', async () => {
    await type('/kuroko launch flaky-report');
    await page.getByText('failed and waits for you').waitFor();
    await page.getByText('1 reply').click();
    const retry = page.getByRole('button', { name: 'Retry' });
    // Under the run, above its thread, and in it.
    await expect.poll(() => retry.count(), { timeout: 10_000 }).toBe(3);
    if (picture !== undefined) await page.screenshot({ path: picture });
    writeFileSync(path.join(home.dataDir, 'flaky-report.data'), 'data\n');
    await retry.first().click();
    await page
      .getByText('flaky-report is back to normal')
      .or(page.getByText(/is back to normal$/))
      .first()
      .waitFor();
    await expect.poll(() => retry.count(), { timeout: 10_000 }).toBe(0);
    expect(await page.getByText(/Retried by/).count()).toBeGreaterThan(0);
  });

  it('finds a page behind the link of a run', async () => {
    const link = page.getByRole('link', { name: '#1' }).first();
    const href = await link.getAttribute('href');
    const [name = '', key = ''] = program.client.split(':');
    const context = await browser.newContext({
      httpCredentials: { username: name, password: key },
    });
    const instance = await context.newPage();
    await instance.goto(href ?? '');
    expect(await instance.textContent('body')).toContain('flaky-report');
    await context.close();
  });
});
