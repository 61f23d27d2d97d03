import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { UserError } from '../../src/errors.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function configured(yaml: string) {
  const file = path.join(temporaryFolder(), 'kuroko2.yml');
  writeFileSync(file, yaml);
  return loadConfig({ KUROKO2_CONFIG: file });
}
function mistakes(yaml: string): string {
  try {
    configured(yaml);
  } catch (error) {
    if (error instanceof UserError) return error.details.join('\n');
  }
  return '';
}

describe('secrets', () => {
  it('are those of the usual names, of the given ones instead, or none', () => {
    expect(configured('url: http://kuroko.example').secrets).toContain('*PASSWORD*');
    expect(configured("secrets: ['MY_*']").secrets).toEqual(['MY_*']);
    expect(configured('secrets: []').secrets).toEqual([]);
  });

  it('are given as names', () => {
    expect(mistakes("secrets: ['A B']")).toContain('secrets.0: is no name of a variable');
    expect(mistakes("secrets: 'TOKEN'")).toContain('secrets: ');
  });
});

describe('the execution logger', () => {
  it('is none unless one is named', () => {
    expect(configured('url: http://kuroko.example').executionLogger).toEqual({ type: 'Void' });
    expect(configured("execution_logger: {type: 'Void'}").executionLogger).toEqual({
      type: 'Void',
    });
  });

  it('is CloudWatch Logs with a group, and a region if given', () => {
    const option = (text: string) =>
      configured(`execution_logger: {type: CloudWatchLogs, option: {${text}}}`).executionLogger;
    expect(option('group_name: /jobs/kuroko2')).toEqual({
      type: 'CloudWatchLogs',
      groupName: '/jobs/kuroko2',
      region: null,
    });
    expect(option('group_name: kuroko2, region: eu-west-1')).toMatchObject({ region: 'eu-west-1' });
  });

  it('is refused without a group, with a name that is none, and of another kind', () => {
    const logger = (text: string) => mistakes(`execution_logger: {${text}}`);
    expect(logger('type: CloudWatchLogs')).toContain('execution_logger.option');
    expect(logger("type: CloudWatchLogs, option: {group_name: 'a b'}")).toContain('no name of');
    expect(logger('type: Fluentd')).toContain('execution_logger');
  });
});

it('says of each mistake what it should be, without words of developers', () => {
  const wrong = [
    'url: kuroko',
    'kill_grace: soon',
    'shutdown_grace: -1',
    'output_cap: 1.5',
    'secrets: all',
    'retention: {instances: 0}',
    'rails_env_ceiling: moon',
    'slack: {launch: nobody, operators: 5}',
    'api_basic_authentication_applications: {batch: ""}',
    'custom_tasks: {rails: {chdir: /srv}}',
  ];
  expect(
    mistakes(wrong.join('\n'))
      .replaceAll(/^.*kuroko2\.yml: /gm, '')
      .split('\n'),
  ).toEqual([
    'url: must be an address such as https://example.com',
    'api_basic_authentication_applications.batch: must not be empty',
    'slack.operators: must be a list',
    'slack.launch: must be members or admins',
    'custom_tasks.rails.shell: is missing',
    'rails_env_ceiling: must be development or test or staging or production',
    'retention.instances: must be at least 1',
    'secrets: must be a list',
    'output_cap: must be a whole number',
    'kill_grace: must be a number',
    'shutdown_grace: must be at least 0',
  ]);
});
