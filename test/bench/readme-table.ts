/** Writes a bench's table into the README, with its date and machine. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Finding } from './finding.ts';

const readme = fileURLToPath(new URL('../../../README.md', import.meta.url));

/** `name` is what the table's place is marked with. */
export function updateReadme(
  name: 'bench' | 'bench:core' | 'bench:schedules',
  findings: readonly Finding[],
  rounds: number,
  postgresVersion: string,
): void {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const between = new RegExp(`${start}[^]*${end}`);
  const text = readFileSync(readme, 'utf8');
  if (!between.test(text)) throw new Error('the README has no place for the table');
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
    readme,
    text.replace(between, () => table),
  );
}
