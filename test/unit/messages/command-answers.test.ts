import { describe, expect, it } from 'vitest';
import { checkMessage } from '../../../src/messages/check-message.ts';
import {
  formLateAnswer,
  launchedUnseenAnswer,
  operatedAnswer,
  outputFileAnswer,
  outputFileComment,
  preventedAnswer,
  unknownButtonAnswer,
  whichJobAnswer,
  whichRunAnswer,
} from '../../../src/messages/command-answers.ts';
import { hostileTexts } from '../../support/hostile.ts';
import { about } from '../../support/run-fixture.ts';

function everyAnswer(name: string) {
  const run = { instanceId: 12, definitionId: 3, definitionName: name };
  const instance = { id: 12, definitionId: 3, definitionName: name };
  return [
    launchedUnseenAnswer(run, 'quietly', about),
    launchedUnseenAnswer(run, 'nowhere', about),
    preventedAnswer(run, 11, about),
    ...(['retry', 'skip', 'cancel', 'terminate'] as const).map((verb) =>
      operatedAnswer(verb, instance, about),
    ),
    outputFileAnswer('posted', instance, about),
    outputFileAnswer('failed', instance, about),
    whichRunAnswer('retry'),
    whichJobAnswer(),
    formLateAnswer(),
    unknownButtonAnswer(),
  ];
}

describe('an answer to a command', () => {
  it.each(hostileTexts.map((text) => [text.slice(0, 20), text]))(
    'keeps to what Slack takes, and mentions nobody, for a job called %j',
    (_, name) => {
      for (const answer of everyAnswer(name)) {
        expect(checkMessage(answer)).toEqual([]);
        expect(JSON.stringify(answer)).not.toMatch(/<[!@#]/);
      }
      const comment = outputFileComment({ id: 12, definitionId: 3, definitionName: name }, about);
      expect(comment).not.toMatch(/<[!@#]/);
    },
  );

  it('says what was done, with a link to the run', () => {
    const page = 'http://localhost:5000/definitions/3/instances/12';
    expect(everyAnswer('a & b').map(({ text }) => text)).toEqual([
      `Launched a &amp; b as <${page}|#12>. This job reports problems only.`,
      `Launched a &amp; b as <${page}|#12>.`,
      `a &amp; b was not launched: <http://localhost:5000/definitions/3/instances/11|#11> is in the way. It is still running, or has failed and waits for somebody.`,
      `Retried <${page}|a &amp; b #12>.`,
      `Skipped the failed step of <${page}|a &amp; b #12>.`,
      `Cancelled <${page}|a &amp; b #12>.`,
      `Stopping the running command of <${page}|a &amp; b #12>.`,
      `The full output of <${page}|a &amp; b #12> is in the thread of its message.`,
      `The full output could not be posted as a file. It is on the page of <${page}|a &amp; b #12>.`,
      'Say which run: `/kuroko retry 12`. In the thread of a run, mention me and the number can be left out.',
      'Say which job: `/kuroko launch 12`. Or fill in a form:',
      'Slack closed the form before it could be opened. Try again.',
      'This button is not known any more: the message is older than this version of Kuroko. Say `/kuroko status` for a new one.',
    ]);
  });
});
