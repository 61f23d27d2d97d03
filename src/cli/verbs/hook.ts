/** `kuroko hook`: the addresses that launch a job from outside; one more, or one less. */
import { invalid } from '../../errors.ts';
import {
  createHook,
  deleteHook,
  formerSecretSeconds,
  rotateHook,
  type HookWithSecret,
} from '../../operations/hooks.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import { resolveDefinition } from '../../operations/resolve-definition.ts';
import { hookUrl } from '../../messages/hook-message.ts';
import { hooksOf, type Hook } from '../../store/hooks.ts';
import { printJson, printLine, printNote, printTable } from '../print.ts';
import { timeText } from '../row-text.ts';
import { withSession } from '../session.ts';
import type { Json } from '../json-option.ts';
import type { Outside } from '../outside.ts';

export interface HookWords {
  readonly job: string;
  readonly deed: string | undefined;
  readonly name: string | undefined;
  /** `NAME=place in the body` each, of `create`. */
  readonly mapping: readonly string[];
}

export function hookVerb(outside: Outside, words: HookWords, { json }: Json): Promise<number> {
  const { deed, name, mapping } = words;
  const wanted = wish(words);
  return withSession(outside, async ({ db, config, actor }) => {
    const { id: definitionId } = await resolveDefinition(db, words.job);
    if (wanted === 'show') {
      const hooks = await hooksOf(db, definitionId);
      if (json) printJson({ hooks: hooks.map((hook) => hookJson(hook, config.url)) });
      else printHooks(hooks, config.url);
      return 0;
    }
    const common = { definitionId, actor };
    if (wanted === 'remove') {
      await inTransaction(db, (tx) => deleteHook(tx, { ...common, hook: name ?? '' }));
      if (json) printJson({ removed: name });
      else printLine(`removed ${name}`);
      return 0;
    }
    const made = await inTransaction(db, (tx) =>
      deed === 'create'
        ? createHook(tx, { ...common, name: name ?? '', mapping })
        : rotateHook(tx, { ...common, hook: name ?? '' }),
    );
    if (json) printJson({ ...hookJson(made.hook, config.url), secret: made.secret });
    else printSecret(made, config.url, wanted);
    return 0;
  });
}

function wish({ deed, name, mapping }: HookWords): 'show' | 'create' | 'rotate' | 'remove' {
  if (deed === undefined || (deed === 'show' && name === undefined)) return 'show';
  if (deed === 'create' && name !== undefined) return deed;
  const isKnown = deed === 'rotate' || deed === 'remove';
  if (isKnown && name !== undefined && mapping.length === 0) return deed;
  throw invalid(
    'After the job comes nothing, create NAME [KEY=place in the body ...], rotate NAME or remove NAME.',
  );
}

function hookJson(hook: Hook, baseUrl: string) {
  return {
    id: hook.id,
    name: hook.name,
    url: hookUrl(baseUrl, hook.id),
    env: hook.mapping,
    created_by: hook.createdBy,
    created_at: hook.createdAt,
    rotated_at: hook.rotatedAt,
    former_secret_until: hook.formerUntil,
    last_used_at: hook.lastUsedAt,
  };
}

function printHooks(hooks: readonly Hook[], baseUrl: string): void {
  if (hooks.length === 0) return printNote('It has no hook. One is made with: create NAME');
  printTable(
    ['HOOK', 'ADDRESS', 'MADE BY', 'LAST USED', 'FROM THE BODY'],
    hooks.map((hook) => [
      hook.name,
      hookUrl(baseUrl, hook.id),
      hook.createdBy,
      hook.lastUsedAt === null ? 'never' : timeText(hook.lastUsedAt),
      mappingText(hook),
    ]),
  );
}

function printSecret(
  { hook, secret }: HookWithSecret,
  baseUrl: string,
  deed: 'create' | 'rotate',
): void {
  printLine(`address: ${hookUrl(baseUrl, hook.id)}`);
  printLine(`secret: ${secret}`);
  printLine(`from the body: ${mappingText(hook)}`);
  printNote('The secret is not shown again.');
  if (deed === 'rotate') {
    printNote(`The one before is taken for ${formerSecretSeconds / 60} minutes more.`);
  }
}

function mappingText({ mapping }: Hook): string {
  const pairs = Object.entries(mapping).map(([variable, place]) => `${variable}=${place}`);
  return pairs.length === 0 ? 'nothing' : pairs.join(' ');
}
