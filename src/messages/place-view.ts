/** A host and its queue, as every sentence names them. */
import { code, line } from './fit.ts';
import type { Markup } from '../templates.ts';

interface Place {
  readonly host: string;
  readonly queue: string;
}

export function placeView({ host, queue }: Place): {
  readonly host: Markup;
  readonly queue: Markup;
} {
  return { host: code(host, 80), queue: code(queue, 80) };
}

/** For a dialogue, which reads no markup and has 300 characters. */
export function plainPlaceView({ host, queue }: Place): {
  readonly host: string;
  readonly queue: string;
} {
  return { host: line(host, 30), queue: line(queue, 30) };
}
