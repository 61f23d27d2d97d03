import { createHash } from 'node:crypto';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser } from '../support/browser.ts';
import { client, routesOfServer, startApiServer, type ApiServer } from '../support/api-server.ts';

interface Operation {
  readonly summary: string;
  readonly operationId: string;
  readonly security: readonly object[];
  readonly parameters: readonly { name: string; in: string; required: boolean }[];
  readonly responses: Readonly<Record<string, object>>;
}
interface Document extends Record<string, unknown> {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

let api: ApiServer;
let document: Document;
beforeAll(async () => {
  api = await startApiServer();
  const headers = { authorization: api.authorization };
  document = (await (await fetch(`${api.url}/openapi.json`, { headers })).json()) as Document;
});
afterAll(() => api.stop());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

describe('the document', () => {
  it('is OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
    const broken = { ...structuredClone(document), paths: { nowhere: { get: {} } } };
    expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
  });

  it('has every route of the API, and no other', () => {
    const told = operations().map(({ path, method }) => `${method.toUpperCase()} ${path}`);
    const served = routesOfServer().filter((route) => /^\w+ \/(v1\/|openapi)/.test(route));
    expect(told.toSorted()).toEqual(served.toSorted());
  });

  it('tells of each what it is for, its parameters, and whether it needs a key', () => {
    for (const { path, operation } of operations()) {
      expect(operation.summary).toMatch(/^[A-Z].*[^.]$/);
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const required = operation.parameters.filter((parameter) => parameter.in === 'path');
      expect(required).toMatchObject(names.map((name) => ({ name, required: true })));
      expect([[], [{ key: [] }]]).toContainEqual(operation.security);
      expect(Object.keys(operation.responses)).toContain('default');
    }
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the page', () => {
  it('shows every operation, and lets nothing run but its own script', async () => {
    const headers = { authorization: api.authorization };
    const response = await fetch(`${api.url}/api`, { headers });
    const html = await response.text();
    for (const { path, operation } of operations()) {
      expect(html).toContain(`<code>${path}</code>`);
      expect(html).toContain(operation.summary);
    }
    const policy = response.headers.get('content-security-policy') ?? '';
    const [, script = ''] = /<script>([^]*)<\/script>/.exec(html) ?? [];
    const hash = createHash('sha256').update(script).digest('base64');
    expect(policy).toContain(`script-src 'sha256-${hash}'; connect-src 'self'`);
    expect(policy).not.toContain('unsafe');
  });

  it.skipIf(!hasBrowser())('sends what is filled in, and fits on a phone', async () => {
    const { id } = await api.save({});
    const browser = await openBrowser();
    try {
      const page = await browser.newPage({
        viewport: { width: 390, height: 844 },
        httpCredentials: { username: client.name, password: client.key },
      });
      await page.goto(`${api.url}/api`);
      const launch = page.locator('details.operation', { hasText: 'Launch a definition' });
      await launch.locator('> summary').click();
      await launch.getByLabel('id path, needed').fill(String(id));
      await launch.getByLabel(/Body/).fill('{"env":{"A":"1"}}');
      await launch.getByRole('button', { name: 'Send' }).click();
      await launch.getByText('201 Created').waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    } finally {
      await browser.close();
    }
  });
});
