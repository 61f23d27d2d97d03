import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, type Config } from '../../src/config.ts';
import { UserError } from '../../src/errors.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function load(yaml: string): Config {
  const file = path.join(temporaryFolder(), 'kuroko2.yml');
  writeFileSync(file, yaml);
  return loadConfig({ KUROKO2_CONFIG: file });
}

function mistakesOf(yaml: string): readonly string[] {
  try {
    load(yaml);
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.details.map((detail) => detail.replace(/^.*kuroko2\.yml: /, ''));
  }
}

describe('clients of the API', () => {
  it('may with a plain key what Kuroko2 let them, else what they are for', () => {
    const { apiClients } = load(
      [
        'api_basic_authentication_applications:',
        '  old: its-key',
        '  ci: {key: key-of-ci, scopes: [launch], tags: [report, etl]}',
        '  host: {key: key-of-host, scopes: [administer]}',
      ].join('\n'),
    );
    expect(apiClients).toEqual([
      { name: 'old', key: 'its-key', scopes: ['read', 'launch', 'operate', 'edit'], tags: null },
      { name: 'ci', key: 'key-of-ci', scopes: ['launch'], tags: ['report', 'etl'] },
      { name: 'host', key: 'key-of-host', scopes: ['administer'], tags: null },
    ]);
    expect(load('').apiClients).toEqual([]);
  });

  it('are told what is wrong with them, without their keys', () => {
    const mistakes = mistakesOf(
      [
        'api_basic_authentication_applications:',
        '  "a:b": key-1',
        '  b: {scopes: [launch]}',
        '  c: {key: key-2, scopes: [everything]}',
        '  d: {key: key-3, tags: []}',
        '  e: {key: key-4, scope: [read]}',
        'api_rate: {per_second: 0, burst: 1.5}',
        'public_stats: perhaps',
      ].join('\n'),
    );
    const at = 'api_basic_authentication_applications';
    expect(mistakes).toEqual([
      `${at}.a:b: must have no colon in its name`,
      `${at}.b: key is missing`,
      `${at}.c: scopes.0 must be read or launch or operate or edit or administer`,
      `${at}.d.tags: must not be empty`,
      `${at}.e.scope is not a setting`,
      'api_rate.per_second: must be at least 0.01',
      'api_rate.burst: must be a whole number',
      'public_stats: must be true or false',
    ]);
    expect(mistakes.join('\n')).not.toMatch(/key-\d/);
  });
});

it('lets a key ask a hundred times a second unless said otherwise, and tells no statistics', () => {
  expect(load('')).toMatchObject({
    apiRate: { perSecond: 100, burst: 1_000 },
    publicStats: false,
  });
  expect(load('api_rate: {per_second: 0.5}\npublic_stats: true\n')).toMatchObject({
    apiRate: { perSecond: 0.5, burst: 1_000 },
    publicStats: true,
  });
});
