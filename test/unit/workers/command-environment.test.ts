import { expect, it } from 'vitest';
import { commandEnvironment } from '../../../src/workers/command-environment.ts';

const claim = {
  env: {},
  definitionId: 137,
  definitionName: 'My daily job sample',
  instanceId: 100,
  launchedAt: new Date('2016-04-20T07:29:57.302Z'),
};
const launchedTime = (zone: string, at = claim.launchedAt) =>
  commandEnvironment({ ...claim, launchedAt: at }, {}, zone)['KUROKO2_LAUNCHED_TIME'];

it('says what the user guide says', () => {
  expect(commandEnvironment(claim, {}, 'Asia/Tokyo')).toEqual({
    KUROKO2_JOB_DEFINITION_ID: '137',
    KUROKO2_JOB_DEFINITION_NAME: 'My daily job sample',
    KUROKO2_LAUNCHED_TIME: '2016-04-20T16:29:57.302+09:00',
    KUROKO2_JOB_INSTANCE_ID: '100',
  });
});

it.each([
  ['UTC', '2016-04-20T07:29:57.302Z'],
  ['Etc/UTC', '2016-04-20T07:29:57.302Z'],
  ['Africa/Abidjan', '2016-04-20T07:29:57.302+00:00'],
  ['America/St_Johns', '2016-04-20T04:59:57.302-02:30'],
  ['Asia/Kathmandu', '2016-04-20T13:14:57.302+05:45'],
  ['Europe/Berlin', '2016-04-20T09:29:57.302+02:00'],
])('writes the launched time in %s', (zone, text) => {
  expect(launchedTime(zone)).toBe(text);
});

it('changes with the clocks, and from zone to zone', () => {
  const before = new Date('2026-03-29T00:59:59.999Z');
  const after = new Date('2026-03-29T01:00:00.000Z');
  expect(launchedTime('Europe/Berlin', before)).toBe('2026-03-29T01:59:59.999+01:00');
  expect(launchedTime('Europe/Berlin', after)).toBe('2026-03-29T03:00:00.000+02:00');
  expect(launchedTime('Europe/London', after)).toBe('2026-03-29T02:00:00.000+01:00');
  expect(launchedTime('Europe/London', before)).toBe('2026-03-29T00:59:59.999+00:00');
});

it('keeps midnight at the beginning of its day', () => {
  expect(launchedTime('Asia/Tokyo', new Date('2016-04-20T15:00:00.000Z'))).toBe(
    '2016-04-21T00:00:00.000+09:00',
  );
});

it('takes three names of the executor, lets the script win over them, and nobody over KUROKO2_*', () => {
  const executor = { HOME: '/root', PATH: '/bin', LANG: 'C', SECRET: 'x' };
  const env = { PATH: '/opt/bin', KUROKO2_JOB_INSTANCE_ID: 'forged' };
  expect(commandEnvironment({ ...claim, env }, executor, 'UTC')).toMatchObject({
    HOME: '/root',
    PATH: '/opt/bin',
    LANG: 'C',
    KUROKO2_JOB_INSTANCE_ID: '100',
  });
  expect(commandEnvironment({ ...claim, env }, executor, 'UTC')).not.toHaveProperty('SECRET');
});
