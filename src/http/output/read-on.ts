/** The output of an instance from a position on, a part for each command that has written. */
import { writtenBy, type Written } from '../../store/executions.ts';
import { joinOutput, readOutputPart } from '../../store/output.ts';
import { wholeCharacters } from './whole-characters.ts';
import type { Connection } from '../../store/database.ts';
import type { Position } from './position.ts';

export interface OutputPart {
  readonly execution: Written;
  /** Offset of the first byte in all that the command wrote. */
  readonly from: number;
  /** Offset of what comes next. */
  readonly to: number;
  readonly text: string;
  /** Where to go on after this part. */
  readonly position: Position;
}

export interface OutputPage {
  readonly parts: readonly OutputPart[];
  readonly position: Position;
  /** There is more already. */
  readonly more: boolean;
}

const executionsAtOnce = 200;
/** Commands that may still write, as many as a position has room for; what comes after them waits until one has ended. */
export const mostOpen = 500;

/** About so many bytes. Commands that write side by side take turns in the order of their ids. */
export async function readOn(
  on: Connection,
  instanceId: number,
  from: Position,
  bytes: number,
): Promise<OutputPage> {
  // Beside all that are open there is room for others: what has nothing to say hides nothing.
  const limit = Math.min(from.open.size + executionsAtOnce, Math.max(from.open.size, mostOpen));
  const executions = await writtenBy(on, instanceId, {
    some: [...from.open.keys()],
    after: from.after,
    limit,
  });
  const parts: OutputPart[] = [];
  let position = executions.length < limit ? ofThose(executions, from) : from;
  let left = bytes;
  for (const execution of executions) {
    if (left <= 0) return { parts, position, more: true };
    const offset = position.open.get(execution.id) ?? 0;
    const read = await readExecution(on, execution, offset, left);
    left -= read.text.length;
    position = moved(position, execution, read);
    const { text, from: start, to } = read;
    if (text !== '') parts.push({ execution, from: start, to, text, position });
    if (!read.isAll) return { parts, position, more: true };
  }
  const more = executions.length === limit && position.open.size < mostOpen;
  return { parts, position, more };
}

/** Without what is not there, any more or ever: nobody would wait for its end in vain. */
function ofThose(executions: readonly Written[], { after, open }: Position): Position {
  const ids = new Set(executions.map(({ id }) => id));
  return { after, open: new Map([...open].filter(([id]) => ids.has(id))) };
}

interface Read {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** Nothing more of it is there now. */
  readonly isAll: boolean;
}

async function readExecution(
  on: Connection,
  { id, status, outputSize }: Written,
  offset: number,
  bytes: number,
): Promise<Read> {
  if (offset >= outputSize) return { from: offset, to: offset, text: '', isAll: true };
  const chunks = await readOutputPart(on, id, offset, bytes);
  const last = chunks.at(-1);
  // What was not kept of an output that has ended is passed over.
  if (last === undefined)
    return { from: offset, to: isOver(status) ? outputSize : offset, text: '', isAll: true };
  const end = last.start + last.bytes.length;
  const whole = wholeCharacters(last.bytes);
  const isLast = end >= outputSize && isOver(status);
  const to = isLast ? end : end - (last.bytes.length - whole.length);
  const kept = isLast ? chunks : [...chunks.slice(0, -1), { start: last.start, bytes: whole }];
  const text = to > offset ? joinOutput(kept, offset).toString('utf8') : '';
  return { from: offset, to, text, isAll: end >= outputSize || to === offset };
}

function moved({ after, open }: Position, { id, status }: Written, { to, isAll }: Read): Position {
  const next = new Map(open);
  if (isAll && isOver(status)) next.delete(id);
  else next.set(id, to);
  return { after: Math.max(after, id), open: next };
}

const isOver = (status: Written['status']): boolean => status !== 'pending' && status !== 'claimed';
