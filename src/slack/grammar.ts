/** What a command says: `<verb> [id | "name"] [KEY=VALUE ...]`, however it reached us. */
import { hookCommand, type HookCommand } from './hook-grammar.ts';
import { nearestVerb } from './nearest-verb.ts';
import { plainText } from './plain-text.ts';
import { splitWords, type Word } from './split-words.ts';
import { deliveriesCommand, type DeliveriesCommand } from './deliveries-grammar.ts';
import { restartCommand, type RestartCommand } from './restart-grammar.ts';
import {
  scheduleCommand,
  suspensionCommand,
  whyCommand,
  type ScheduleCommand,
} from './schedule-grammar.ts';
import { verbs, type InstanceVerb, type Verb } from './verbs.ts';
import { workersCommand, type WorkersCommand } from './workers-grammar.ts';

export type Command =
  | { readonly verb: 'help' }
  | {
      readonly verb: 'launch';
      /** Id or name; null asks for the modal. */
      readonly job: string | null;
      /** What followed, word by word and without quotes: `K=V` each, if all is well. */
      readonly env: readonly string[];
    }
  | { readonly verb: 'show'; readonly job: string }
  | {
      readonly verb: 'list';
      readonly words: readonly string[];
      readonly tags: readonly string[];
      readonly only: 'mine' | 'error' | 'working' | null;
      /** All of that as typed: what a button for another page repeats. */
      readonly query: string;
    }
  | { readonly verb: 'status'; readonly instanceId: number | null }
  | { readonly verb: 'logs'; readonly instanceId: number | null; readonly full: boolean }
  | { readonly verb: InstanceVerb; readonly instanceId: number | null }
  | WorkersCommand
  | RestartCommand
  | ScheduleCommand
  | DeliveriesCommand
  | HookCommand
  | { readonly verb: 'executions' }
  /** Id or name; null is all jobs. */
  | { readonly verb: 'history'; readonly job: string | null }
  | { readonly verb: 'unknown'; readonly word: string; readonly suggestion: Verb | null }
  /** The verb is known, what follows it is not what it takes. */
  | { readonly verb: 'malformed'; readonly problem: string };

/** Never throws. `text` is Slack's, with its escapes. */
export function parseCommand(text: string): Command {
  const plain = plainText(text);
  const [first, ...words] = splitWords(plain);
  if (first === undefined) return { verb: 'help' };
  const word = first.text.toLowerCase();
  if (word === 'working') return instanceCommand('status', words);
  const verb = verbs.find((known) => known === word);
  switch (verb) {
    case undefined:
      return { verb: 'unknown', word: first.text, suggestion: nearestVerb(first.text) };
    case 'help':
      return { verb };
    case 'launch':
      return launchCommand(words);
    case 'show':
      return showCommand(words);
    case 'list':
      return parseList(plain.slice(first.end).trim());
    case 'workers':
      return workersCommand(words);
    case 'executions':
      return executionsCommand(words);
    case 'history':
      return historyCommand(words);
    case 'restart':
      return restartCommand(words);
    case 'schedule':
    case 'suspend-schedule':
      return scheduleCommand(verb, words);
    case 'suspend':
    case 'resume':
      return suspensionCommand(verb, words);
    case 'why':
      return whyCommand(words);
    case 'deliveries':
      return deliveriesCommand(words);
    case 'hook':
      return hookCommand(words);
    case 'status':
    case 'logs':
    case 'retry':
    case 'skip':
    case 'cancel':
    case 'terminate':
      return instanceCommand(verb, words);
  }
}

function launchCommand(words: readonly Word[]): Command {
  const [job, ...pairs] = words;
  if (job === undefined || isPair(job)) {
    return { verb: 'launch', job: null, env: words.map(({ text }) => text) };
  }
  return { verb: 'launch', job: jobOf(job), env: pairs.map(({ text }) => text) };
}

const isPair = (word: Word): boolean => !word.quoted && /^[A-Za-z_]\w*=/.test(word.text);

/** `#12` is 12: that is how messages name jobs and instances. */
const jobOf = (word: Word): string =>
  word.quoted ? word.text : word.text.replace(/^#(?=\d+$)/, '');

function showCommand(words: readonly Word[]): Command {
  const [job, extra] = words;
  if (job === undefined) {
    return { verb: 'malformed', problem: 'Say which job: `show 12` or `show nightly-report`.' };
  }
  if (extra !== undefined) return oneJobOnly('show');
  return { verb: 'show', job: jobOf(job) };
}

function historyCommand(words: readonly Word[]): Command {
  const [job, extra] = words;
  if (extra !== undefined) return oneJobOnly('history');
  return { verb: 'history', job: job === undefined ? null : jobOf(job) };
}

const oneJobOnly = (verb: 'show' | 'history'): Command => ({
  verb: 'malformed',
  problem: `One job at a time. A name with spaces goes in quotes: \`${verb} "two words"\`.`,
});

function executionsCommand(words: readonly Word[]): Command {
  if (words.length === 0) return { verb: 'executions' };
  return {
    verb: 'malformed',
    problem: 'Nothing follows `executions`. Of one run: `status 12`; of what was: `history`.',
  };
}

/** What follows `list`, as a button for another page repeats it. */
export function parseList(query: string): Extract<Command, { verb: 'list' }> {
  const tags: string[] = [];
  const words: string[] = [];
  let only: 'mine' | 'error' | 'working' | null = null;
  for (const { text, quoted } of splitWords(query)) {
    if (!quoted && (text === 'mine' || text === 'error' || text === 'working')) only = text;
    else if (/^tag:./.test(text)) tags.push(text.slice('tag:'.length));
    else if (text !== '') words.push(text);
  }
  return { verb: 'list', words, tags, only, query };
}

function instanceCommand(verb: 'status' | 'logs' | InstanceVerb, words: readonly Word[]): Command {
  const full = verb === 'logs' && words.some(({ text }) => text === '--full' || text === 'full');
  const [word, extra] = words.filter(({ text }) => !full || !/^(--)?full$/.test(text));
  const digits = /^#?(\d{1,15})$/.exec(word?.text ?? '')?.[1];
  if (extra !== undefined || (word !== undefined && digits === undefined)) {
    return {
      verb: 'malformed',
      problem: `After \`${verb}\` comes the number of a run: \`${verb} 12\`.`,
    };
  }
  const instanceId = digits === undefined ? null : Number(digits);
  return verb === 'logs' ? { verb, instanceId, full } : { verb, instanceId };
}
