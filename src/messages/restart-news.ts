/** What became of a restart, for everybody where it was asked for. */
import { render, type Markup } from '../templates.ts';
import { section, type Content } from './blocks.ts';
import { paragraph } from './fit.ts';
import { placeView } from './place-view.ts';

interface Place {
  readonly host: string;
  readonly queue: string;
}

/** `handedOver`: commands that have run since before. */
export function restartBackNews(
  { handedOver, ...place }: Place & { readonly handedOver: number },
  who: Markup,
): Content {
  return said('back', { ...placeView(place), who, handedOver, one: handedOver === 1 });
}

export function restartRefusedNews(
  { reason, ...place }: Place & { readonly reason: string | null },
  who: Markup,
): Content {
  return said('refused', { ...placeView(place), who, reason: paragraph(reason ?? '', 1_500) });
}

function said(part: string, view: Readonly<Record<string, unknown>>): Content {
  const text = render(`slack/restart#${part}`, view);
  return { text, blocks: [section(text)] };
}
