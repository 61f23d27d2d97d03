/** `kuroko import`: the definitions of a running Kuroko2, with what changes for them here. */
import { invalid } from '../../errors.ts';
import { planWarnings, secretsOfPlan } from '../../operations/apply-definitions.ts';
import {
  importDefinitions,
  planImport,
  strangersProblem,
  type ImportPlan,
} from '../../operations/import-definitions.ts';
import { inTransaction } from '../../operations/in-transaction.ts';
import { kuroko2Url, readKuroko2 } from '../kuroko2-definitions.ts';
import { movedDefinition } from '../moved-definition.ts';
import { planJson, planText } from '../plan-text.ts';
import { printJson, printLine, printNote } from '../print.ts';
import { withSession } from '../session.ts';
import { untold } from '../untold.ts';
import type { Json } from '../json-option.ts';
import type { Outside } from '../outside.ts';

export interface ImportFlags extends Json {
  readonly url: string;
  /** `name:key`; else KUROKO2_CLIENT. */
  readonly client?: string;
  readonly dryRun?: true;
  /** `7=alice@example.com` each. */
  readonly user: ReadonlyMap<number, string>;
  readonly admin: readonly string[];
  readonly skip: readonly number[];
  readonly suspended?: true;
}

export async function importVerb(outside: Outside, flags: ImportFlags): Promise<number> {
  const origin = kuroko2Url(flags.url);
  const client = clientOf(flags, origin);
  const dryRun = flags.dryRun === true;
  return withSession(outside, async ({ db, facts, actor }) => {
    const told = await readKuroko2({ url: origin, client });
    const wanted = told.filter(({ id }) => !flags.skip.includes(id));
    const wish = {
      origin,
      definitions: wanted.map((one) => movedDefinition(one, flags.user)),
      skipped: flags.skip,
      admins: flags.admin,
      asleep: flags.suspended === true,
    };
    const planned = await planImport(db, wish, facts);
    const warnings = await planWarnings(db, planned.plan);
    const report = planned.plan.map((one, index) => {
      const mask = secretsOfPlan(one, facts);
      const notes = [...(planned.notes[index] ?? []), ...(warnings[index] ?? [])];
      return { one, mask, notes: notes.toSorted(byLine).map((note) => mask.text(note)) };
    });
    if (!flags.json) {
      for (const { one, mask, notes } of report) {
        for (const line of planText(one, mask)) printLine(line);
        for (const note of notes) printLine(`  ${note}`);
      }
    }
    if (!dryRun)
      await inTransaction(db, (tx) => importDefinitions(tx, wish, planned, actor, facts));
    const remarks = [...remarksOn(planned), ...untold(wanted, flags.user)];
    if (flags.json) {
      const definitions = report.map(({ one, mask, notes }) => ({ ...planJson(one, mask), notes }));
      printJson({ dry_run: dryRun, definitions, remarks });
    } else {
      for (const remark of remarks) printNote(remark);
      if (dryRun) printNote('Nothing was imported: this was a dry run.');
    }
    return 0;
  });
}

const byLine = (one: string, other: string): number => lineOf(one) - lineOf(other);

/** What is of no line comes last. */
const lineOf = (note: string): number =>
  Number(/^\(line (\d+)\)/.exec(note)?.[1] ?? Number.MAX_SAFE_INTEGER);

function clientOf({ client }: ImportFlags, origin: string): string {
  const given = client ?? process.env['KUROKO2_CLIENT'] ?? '';
  if (!/^[^:]+:./.test(given)) {
    throw invalid(
      'Say which client of its API asks: KUROKO2_CLIENT=name:key, of its api_basic_authentication_applications.',
    );
  }
  if (client !== undefined) {
    printNote('Others on this machine can see the key in --client. KUROKO2_CLIENT hides it.');
  }
  if (/^http:\/\/(?!localhost|127\.|\[::1\])/.test(origin)) {
    printNote(`The key goes to ${origin} without encryption.`);
  }
  return given;
}

function remarksOn({ plan, strangers, awake, gone }: ImportPlan): string[] {
  const count = (action: string): number => plan.filter((one) => one.action === action).length;
  const kept = gone.map(({ id, name }) => `${id} ${name}`).join(', ');
  return [
    `${count('create')} new, ${count('change')} changed, ${count('unchanged')} as they were.`,
    ...(awake.length > 0 ? [awakeRemark(awake)] : []),
    ...(gone.length > 0 ? [`Not there any more, and kept here: ${kept}.`] : []),
    ...(strangers === null ? [] : [strangersProblem(strangers)]),
  ];
}

/** Two schedulers that know nothing of one another would both launch them. */
function awakeRemark(names: readonly string[]): string {
  const some = names.slice(0, 10).join(', ');
  const more = names.length > 10 ? ` and ${names.length - 10} more` : '';
  return `Awake in both, and so launched by both while Kuroko2 runs: ${some}${more}. End its scheduler first, or import with --suspended until then.`;
}
