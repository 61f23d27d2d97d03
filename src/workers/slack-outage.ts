/** Whether Slack takes messages, and when to ask next where it does not: one call at a time then. */
import type { SlackFault } from '../notifiers/slack-fault.ts';
import type { Log } from '../log.ts';

export interface SlackOutage {
  /** Also true before the first answer: nobody knows. */
  isOn(): boolean;
  /** A call has failed since the last answer. */
  hasFailed(): boolean;
  /** Milliseconds until it is time for the next call. */
  nextCallInMs(): number;
  /** A call has failed for a reason that is none of the message's; returns the seconds to wait. */
  noteFault(fault: Extract<SlackFault, { type: 'passing' | 'closed' }>, about: object): number;
  /** Slack has answered. */
  noteAnswer(): void;
}

/** Between two calls at most: so long it takes to find out that Slack is back. */
const longestSeconds = 30;
/** By then what has failed is due again: it goes first. */
const afterItMs = 100;

export function createSlackOutage(log: Log): SlackOutage {
  let answered = false;
  let faults = 0;
  let nextCall = 0;
  let said: SlackFault['type'] | null = null;

  function say({ type, reason }: Extract<SlackFault, { reason: string }>, about: object): void {
    if (said === type) return;
    said = type;
    if (type !== 'closed') return log.warn(about, 'Slack takes no messages now; they wait');
    const what = 'Slack refuses the token; messages wait until kuroko is started with another';
    log.error({ ...about, reason }, what);
  }

  return {
    isOn: () => !answered,
    hasFailed: () => faults > 0,
    nextCallInMs: () => Math.max(0, nextCall - performance.now()),
    noteFault(fault, about) {
      say(fault, about);
      answered = false;
      faults += 1;
      const seconds = Math.min(longestSeconds, 2 ** (faults - 1)) * (0.75 + Math.random() / 2);
      nextCall = performance.now() + seconds * 1_000 + afterItMs;
      return seconds;
    },
    noteAnswer() {
      if (said !== null) log.info('Slack takes messages again');
      answered = true;
      faults = 0;
      nextCall = 0;
      said = null;
    },
  };
}
