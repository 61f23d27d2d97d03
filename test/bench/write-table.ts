/** Writes a bench's table where it is shown, with its date and machine. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Finding } from './finding.ts';

/** By the name that the table's place is marked with. */
const files = {
  bench: 'README.md',
  'bench:core': 'docs/performance.md',
  'bench:schedules': 'docs/performance.md',
  'bench:api': 'docs/performance.md',
};

export function writeTable(
  name: keyof typeof files,
  findings: readonly Finding[],
  rounds: number,
  postgresVersion: string,
): void {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const between = new RegExp(`${start}[^]*${end}`);
  const file = fileURLToPath(new URL(`../../../${files[name]}`, import.meta.url));
  const text = readFileSync(file, 'utf8');
  if (!between.test(text)) throw new Error(`${files[name]} has no place for the table`);
  const date = new Date().toISOString().slice(0, 10);
  const [cpu] = cpus();
  const machine = `${cpus().length} cores (${cpu?.model.trim()}), Node ${process.versions.node}, Postgres ${postgresVersion}`;
  const load = loadavg()[1]?.toFixed(1);
  const rows = findings.map(
    ({ what, reach, aim, measured, met, detail }) =>
      `| ${what} | ${measured}${met ? '' : ' (missed)'} | ${reach}${aim === null ? '' : `, aim ${aim}`} | ${detail} |`,
  );
  const table = [
    start,
    `${date}, ${machine}; medians of ${rounds} rounds. Load average of the machine at the end, bench included: ${load}.`,
    '',
    '| what | measured | reach | behind it |',
    '| --- | --- | --- | --- |',
    ...rows,
    end,
  ].join('\n');
  writeFileSync(
    file,
    text.replace(between, () => table),
  );
}
