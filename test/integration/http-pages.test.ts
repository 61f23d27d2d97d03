import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiServer, type ApiServer } from '../support/api-server.ts';
import { handWorker, type HandWorker } from '../support/hand-worker.ts';

const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>&amp;{{name}}`;
const escaped = '&lt;script&gt;alert(1)&lt;/script&gt;&quot;';

let api: ApiServer;
let worker: HandWorker;
beforeAll(async () => {
  api = await startApiServer();
  worker = await handWorker(api.db);
});
afterAll(() => api.stop());

const page = (path: string, headers: Record<string, string> = {}) =>
  fetch(api.url + path, {
    headers: { authorization: api.authorization, accept: 'text/html', ...headers },
  });

async function launched(id: number, env: Record<string, string> = {}): Promise<number> {
  const response = await fetch(`${api.url}/v1/definitions/${id}/instances`, {
    method: 'POST',
    headers: { authorization: api.authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ env }),
  });
  return ((await response.json()) as { id: number }).id;
}

describe('the page of all jobs', () => {
  it.each(['/', '/definitions'])('at %s links to each, escaped, with its state', async (path) => {
    const { id } = await api.save({ name: hostile, script: 'echo: done\n', tags: ['<b>'] });
    const instance = await launched(id);
    const response = await page(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await response.text();
    expect(html).toContain(`<a href="/definitions/${id}">${escaped}`);
    expect(html).toContain(`<a href="/definitions/${id}/instances/${instance}">`);
    expect(html).toContain('SUCCESS');
    expect(html).not.toContain('<script>alert');
    expect(html).not.toContain('<b>');
  });
});

describe('the page of an instance', () => {
  it('shows state, commands, output and log, in the configured zone', async () => {
    const { id } = await api.save({
      name: 'nightly',
      script: 'execute: ./report.sh\nexecute: true\n',
    });
    const instance = await launched(id, { MODE: 'value-of-mode' });
    const path = `/definitions/${id}/instances/${instance}`;
    expect(await (await page(path)).text()).toContain('waits for a worker');
    const claim = await worker.claim();
    expect(await (await page(path)).text()).toContain('running');
    await worker.end(
      claim,
      3,
      'line one\r\n\u001b[31mred\u001b[0m \u0007line two\n\u00e9\ud83e\udd8a\n',
    );
    const response = await page(path);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const html = await response.text();
    expect(html).toContain('<span class="state error">ERROR</span>');
    expect(html).toContain('<code>/0-execute</code>');
    expect(html).toContain('<code>./report.sh</code>');
    expect(html).toContain('exit 3');
    expect(html).toContain('<pre>line one\nred \uFFFDline two\n\u00e9\ud83e\udd8a\n</pre>');
    expect(html).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d GMT\+9 by test_client_name \(api\)/);
    expect(html).toContain('Launched by test_client_name');
    expect(html).toContain('MODE');
    expect(html).not.toContain('value-of-mode');
  });

  it('shows only the end of a long output, and says so', async () => {
    const { id } = await api.save({ name: 'long' });
    const instance = await launched(id);
    await worker.end(await worker.claim(), 0, `begin${'x'.repeat(50_000)}end`);
    const html = await (await page(`/definitions/${id}/instances/${instance}`)).text();
    expect(html).toContain('the end of 50,008 bytes');
    expect(html).toContain('SUCCESS');
  });

  it('links to the instance that prevented it', async () => {
    const { id } = await api.save({ name: 'single', preventMulti: 'working' });
    const first = await launched(id);
    const second = await launched(id);
    const html = await (await page(`/definitions/${id}/instances/${second}`)).text();
    expect(html).toContain('<span class="state canceled">CANCEL</span>');
    expect(html).toContain(`<a href="/definitions/${id}/instances/${first}">#${first}</a>`);
    await worker.end(await worker.claim(), 0);
  });
});

describe('the page of a definition', () => {
  it('shows what it is and its newest instances', async () => {
    const { id } = await api.save({
      name: 'weekly',
      description: '# Failure Affects\n\nNobody.',
      tags: ['report', 'daily'],
    });
    expect(await (await page(`/definitions/${id}`)).text()).toContain('never launched');
    const instance = await launched(id);
    const html = await (await page(`/definitions/${id}`)).text();
    expect(html).toContain('<title>weekly - Kuroko</title>');
    expect(html).toContain('# Failure Affects\n\nNobody.');
    expect(html).toContain('report, daily');
    expect(html).toContain('alice@example.com');
    expect(html).toContain(`<a href="/definitions/${id}/instances/${instance}">${instance}</a>`);
    expect(html).not.toContain('never launched');
    await worker.end(await worker.claim(), 0);
  });
});

describe('hostile text', () => {
  it('is text, wherever it comes from', async () => {
    const { id } = await api.save({
      name: hostile,
      description: hostile,
      script: `execute: echo '${hostile}'\n`,
      tags: [hostile],
      failureText: hostile,
    });
    const instance = await launched(id);
    await worker.end(await worker.claim(), 1, hostile);
    for (const path of [`/definitions/${id}`, `/definitions/${id}/instances/${instance}`]) {
      const html = await (await page(path)).text();
      expect(html).toContain(escaped);
      expect(html).not.toMatch(/<script|<img|onerror=alert\(2\)>/);
      expect(html).toContain('{{name}}');
    }
  });
});

describe('every page', () => {
  it('allows its own style and nothing else', async () => {
    const { id } = await api.save({});
    const response = await page(`/definitions/${id}`);
    const html = await response.text();
    const [, style = ''] = /<style>(.*)<\/style>/s.exec(html) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(style).not.toBe('');
    expect(response.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`,
    );
    expect(html).not.toMatch(/<script|style="|\son\w+="|<link|<iframe|http:\/\//);
    const known = await page(`/definitions/${id}`, {
      'if-none-match': response.headers.get('etag') ?? '',
    });
    expect(known.status).toBe(304);
  });

  it('says in a page what is not there, and in JSON to whoever wants JSON', async () => {
    const missing = await page('/definitions/999999');
    expect(missing.status).toBe(404);
    expect(await missing.text()).toContain('<p>There is no definition 999999.</p>');
    expect(missing.headers.get('content-security-policy')).toContain("default-src 'none'");
    const json = await page('/definitions/999999', { accept: 'application/json' });
    expect(await json.json()).toMatchObject({ status_code: 404 });
    const stranger = await fetch(`${api.url}/definitions/1`, { headers: { accept: 'text/html' } });
    expect(stranger.status).toBe(401);
    expect(stranger.headers.get('www-authenticate')).toMatch(/^Basic/);
  });

  it('is still there for a deleted definition', async () => {
    const { id } = await api.save({ name: 'old' });
    const instance = await launched(id);
    await worker.end(await worker.claim(), 0);
    await api.db.query('update definitions set deleted_at = now() where id = $1', [id]);
    expect(await (await page(`/definitions/${id}`)).text()).toContain('<dt>Deleted</dt>');
    expect((await page(`/definitions/${id}/instances/${instance}`)).status).toBe(200);
  });
});
