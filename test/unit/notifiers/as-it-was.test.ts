import { describe, expect, it } from 'vitest';
import { asItWas } from '../../../src/notifiers/as-it-was.ts';
import type { NoticeEvent } from '../../../src/store/outbox.ts';
import { at, instanceOf } from '../../support/run-fixture.ts';

const [earlier, then, later] = [at('12:01:00'), at('12:02:00'), at('12:03:00')];
const times = (event: NoticeEvent, now: Parameters<typeof instanceOf>[0]) => {
  const { finishedAt, canceledAt, errorAt } = asItWas(instanceOf(now), event, then);
  return { finishedAt, canceledAt, errorAt };
};
const none = { finishedAt: null, canceledAt: null, errorAt: null };

describe('an instance as it was', () => {
  it.each(['launch', 'retrying', 'skipping', 'long_elapsed_time'] as const)(
    'at %s had not ended, and had not failed afterwards',
    (event) => {
      expect(times(event, { finishedAt: later, errorAt: null })).toEqual(none);
      expect(times(event, { canceledAt: later, errorAt: later })).toEqual(none);
    },
  );

  it.each(['retrying', 'skipping', 'long_elapsed_time'] as const)(
    'at %s was in ERROR where it had failed before',
    (event) => {
      expect(times(event, { errorAt: earlier })).toEqual({ ...none, errorAt: earlier });
    },
  );

  it('at a failure entered ERROR, then or before', () => {
    const justThen = new Date(then.getTime() + 5);
    expect(times('failure', { errorAt: justThen }).errorAt).toEqual(justThen);
    expect(times('failure', { errorAt: earlier }).errorAt).toEqual(earlier);
    // It was retried and failed again, or was retried and went on.
    expect(times('failure', { errorAt: later }).errorAt).toEqual(then);
    expect(times('failure', { errorAt: null, finishedAt: later })).toEqual({
      ...none,
      errorAt: then,
    });
  });

  it('at its end had ended', () => {
    expect(times('finished', { finishedAt: then })).toEqual({ ...none, finishedAt: then });
    expect(times('back_to_normal', { finishedAt: then })).toEqual({ ...none, finishedAt: then });
    const cancelled = { canceledAt: then, errorAt: earlier };
    expect(times('cancellation', cancelled)).toEqual({ ...none, ...cancelled });
    expect(times('critical', cancelled)).toEqual({ ...none, ...cancelled });
  });
});
