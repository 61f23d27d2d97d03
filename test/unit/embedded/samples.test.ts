import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sampleDefinitions } from '../../../src/embedded/samples.ts';
import { parse } from '../../../src/workflow/parse.ts';
import { parseEnv } from '../../../src/workflow/task/env.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** What the sample's steps are, as the language reads them. */
function steps(script: string): { env: Record<string, string>; commands: string[] } {
  const parsed = parse(script);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const of = (type: string): string[] =>
    parsed.tree.children.filter((node) => node.type === type).map((node) => node.option ?? '');
  const env = of('env').map((option) => parseEnv(option));
  return {
    env: Object.assign({}, ...env.map((option) => (option.ok ? option.value : {}))) as Record<
      string,
      string
    >,
    commands: of('execute'),
  };
}
function run(
  command: string | undefined,
  env: Record<string, string>,
): { code: number | null; output: string } {
  const { status, stdout } = spawnSync('/bin/sh', ['-c', command ?? ''], {
    env: { PATH: '/usr/bin:/bin', ...env },
    encoding: 'utf8',
  });
  return { code: status, output: stdout.trim() };
}

describe('the samples', () => {
  const [hello, flaky] = sampleDefinitions('/srv/kuroko');

  it('greet with what they are told of their run', () => {
    const { commands } = steps(hello.script);
    const told = { KUROKO2_JOB_DEFINITION_NAME: 'hello', KUROKO2_JOB_INSTANCE_ID: '7' };
    expect(run(commands[0], told).output).toBe('Hello from hello, run 7');
    expect(run(commands[0], { ...told, GREETING: 'Hi' }).output).toBe('Hi from hello, run 7');
  });

  it('tell in the description how to repair the one that fails', () => {
    expect(flaky.description).toContain('touch /srv/kuroko/flaky-report.data');
  });

  it.each(['plain', 'with spaces # and a mark', `it's "quoted" $HOME`])(
    'fail until the file is there, in a data folder that is called: %s',
    (name) => {
      const dataDir = path.join(temporaryFolder(), name);
      mkdirSync(dataDir);
      const [, sample] = sampleDefinitions(dataDir);
      const { env, commands } = steps(sample.script);
      const file = path.join(dataDir, 'flaky-report.data');
      expect(commands).toHaveLength(3);
      expect(run(commands[0], env).code).toBe(0);
      expect(run(commands[1], env).code).toBeGreaterThan(0);
      writeFileSync(file, '');
      expect(run(commands[1], env)).toEqual({ code: 0, output: file });
      expect(run(commands[2], env).code).toBe(0);
      expect(existsSync(file)).toBe(false);
      // Skipped without the file, the report still goes out.
      expect(run(commands[2], env)).toEqual({ code: 0, output: 'Sending the report' });
    },
  );
});
