import Hapi from '@hapi/hapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hooksOf, hookSecrets } from '../../src/store/hooks.ts';
import { startLocalSlack, type LocalSlack } from '../support/local-slack.ts';
import { define } from '../support/operations.ts';
import { shown, startSlackShell, type SlackShell } from '../support/slack-shell.ts';

let server: Hapi.Server;
let slack: LocalSlack;
let shell: SlackShell;
beforeAll(async () => {
  server = Hapi.server({ host: '127.0.0.1', port: 0 });
  await server.start();
  slack = await startLocalSlack({ requestUrl: `${server.info.uri}/slack/events` });
  shell = await startSlackShell({ slack, http: true, policy: { operators: ['U01ALICE'] } });
  server.route([...shell.app.routes]);
});
afterAll(async () => {
  await shell.stop();
  await slack.stop();
  await server.stop();
});

describe('/kuroko hook', () => {
  it('shows a secret once, to one person alone', async () => {
    const { id } = await define(shell.db, 'execute: true', { name: 'deploy *it*' });
    expect(shown(await shell.ask(`hook ${id}`))).toContain('It has no hook.');
    const before = (await slack.messages()).filter(({ ephemeral_to: to }) => !to).length;
    const made = await shell.ask(`hook ${id} create github GIT_REF=ref`);
    const [hook] = await hooksOf(shell.db, id);
    const { secret } = await hookSecrets(shell.db, hook?.id ?? 0);
    expect(secret).toMatch(/^\w{64}$/);
    expect(shown(made)).toContain(`Secret \`${secret}\``);
    expect(shown(made)).toContain(`/v1/hooks/${hook?.id}\``);
    expect(shown(made)).toContain('GIT_REF=ref');
    // What a notification shows on a locked phone.
    expect(made.text).not.toContain(String(secret));
    const list = shown(await shell.ask(`hook ${id}`));
    expect(list).toContain('*github*');
    expect(list).toContain('not used yet');
    expect(list).not.toContain(secret);
    const rotated = shown(await shell.ask(`hook ${id} rotate GitHub`));
    expect(rotated).toContain('has a new secret');
    expect(rotated).not.toContain(secret);
    expect(shown(await shell.ask(`hook ${id} remove github`))).toContain('is removed');
    expect(await hooksOf(shell.db, id)).toEqual([]);
    expect((await slack.messages()).filter(({ ephemeral_to: to }) => !to)).toHaveLength(before);
    expect(shell.logged.join('\n')).not.toContain(secret);
  });

  it('is for who may edit the job, and says what is wrong', async () => {
    const { id } = await define(shell.db, 'execute: true', { name: 'bens' });
    const refused = await shell.ask(`hook ${id} create x`, { as: 'ben' });
    expect(shown(refused)).toContain('Only admins of "bens" may do this.');
    expect(shown(await shell.ask(`hook ${id}`, { as: 'ben' }))).toContain('It has no hook.');
    expect(await hooksOf(shell.db, id)).toEqual([]);
    expect(shown(await shell.ask(`hook ${id} create x A-B=c`))).toContain('cannot be the name');
    expect(shown(await shell.ask(`hook ${id} rotate x`))).toContain('There is no hook "x".');
    expect(shown(await shell.ask('hook'))).toContain('Say which job');
    expect(shown(await shell.ask('hook no-such-job'))).toContain('no job');
  });
});
