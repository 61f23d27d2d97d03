/** Three definitions for whoever starts with nothing: a greeting, one that fails, and one that takes its time. */

import path from 'node:path';
import { sampler } from '../operations/actor.ts';
import { inTransaction } from '../operations/in-transaction.ts';
import { newDefinition } from '../operations/new-definition.ts';
import { saveDefinition } from '../operations/save-definition.ts';
import { findDefinition } from '../store/definitions.ts';
import type { Database } from '../store/database.ts';
import type { EngineFacts } from '../operations/engine-facts.ts';

/** The keys that the samples use of a definition as a file. */
export type SampleDefinition = {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly script: string;
  readonly admins: readonly string[];
  readonly tags: readonly string[];
  readonly api_allowed: boolean;
};

/**
 * Saves them on the first start of an empty database. One that was changed or deleted meanwhile is left alone: the ids are
 * taken once and for all.
 */
export async function applySamples(
  db: Database,
  dataDir: string,
  facts: EngineFacts,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const samples = sampleDefinitions(dataDir);
    if (await findDefinition(tx, samples[0].id, { deleted: true })) return;
    for (const { id, admins, api_allowed: apiAllowed, ...rest } of samples) {
      const fields = { ...newDefinition, ...rest, apiAllowed };
      // oxlint-disable-next-line no-await-in-loop -- one connection, in the order of the ids
      await saveDefinition(tx, { id, version: null, fields, admins, actor: sampler }, facts);
    }
  });
}

/** `dataDir` is where the second one looks for its file. */
export function sampleDefinitions(
  dataDir: string,
): readonly [SampleDefinition, SampleDefinition, SampleDefinition] {
  const file = path.join(path.resolve(dataDir), 'flaky-report.data');
  const common = { admins: ['alice@example.com'], tags: ['sample'], api_allowed: true };
  return [
    {
      id: 1,
      name: 'hello',
      description: 'A greeting. Give it another one: `/kuroko launch hello GREETING=Hi`',
      script: [
        'echo: Saying hello',
        `execute: echo "\${GREETING:-Hello} from $KUROKO2_JOB_DEFINITION_NAME, run $KUROKO2_JOB_INSTANCE_ID"`,
      ].join('\n'),
      ...common,
    },
    {
      id: 2,
      name: 'flaky-report',
      description: [
        `A report in three steps. The second fails as long as this file does not exist: \`${file}\``,
        '',
        '## Failure Affects',
        'Nothing: it is a sample.',
        '',
        '## Recovery Procedures',
        `Make the file (\`touch ${shellQuote(file)}\`) and press Retry. Or press Skip: the report is then sent without data.`,
      ].join('\n'),
      script: [
        `env: DATA=${envQuote(file)}`,
        'execute: echo "Collecting the data"',
        'execute: ls "$DATA"',
        // Gone again, so that the next run fails again.
        'execute: rm -f "$DATA"; echo "Sending the report"',
      ].join('\n'),
      ...common,
    },
    {
      id: 3,
      name: 'ticker',
      description: 'Runs for a minute and prints a line a second: watch it, cancel it.',
      script:
        'execute: i=0; while [ $i -lt 60 ]; do i=$((i + 1)); echo "tick $i of 60"; sleep 1; done',
      ...common,
    },
  ];
}

const shellQuote = (text: string): string =>
  /^[\w/.:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** As the `env` task reads it: only the quote itself is escaped. */
const envQuote = (text: string): string => `"${text.replaceAll('"', String.raw`\"`)}"`;
