import pg from 'pg';
import { expect, it } from 'vitest';
import { describeError } from '../../src/log.ts';

it('tells of an error what happened and where, and none of the values it carries', () => {
  const error = Object.assign(new pg.DatabaseError('violates not-null constraint', 1, 'error'), {
    code: '23502',
    detail: 'Failing row contains (1, {"TOKEN": "hunter22"}).',
    where: 'JSON data, line 1: {"TOKEN":"hunter22"',
    parameters: ['hunter22'],
  });
  const told = describeError(new Error('a launch failed', { cause: error }));
  expect(JSON.stringify(told)).not.toContain('hunter22');
  expect(told).toMatchObject({
    message: 'a launch failed',
    cause: { message: 'violates not-null constraint', code: '23502' },
  });
});

it('tells of an HTTP client no request', () => {
  const error = Object.assign(new Error('Request failed with status code 500'), {
    config: { headers: { Authorization: 'Bearer xoxb-hunter22' }, data: 'token=xoxb-hunter22' },
  });
  const told = JSON.stringify(describeError(error));
  expect(told).not.toContain('hunter22');
  expect(told).toContain('status code 500');
});
