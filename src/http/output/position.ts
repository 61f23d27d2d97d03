/** How far somebody has read the output of an instance, whose commands write side by side. */

export interface Position {
  /** No execution with a higher id has been looked at. */
  readonly after: number;
  /** Of those before, which may still write: the offset that comes next. */
  readonly open: ReadonlyMap<number, number>;
}

export const beginning: Position = { after: 0, open: new Map() };

/** `120.118-4096`: up to execution 120, all of which is read but 118, from byte 4096 on. */
export const positionText = ({ after, open }: Position): string =>
  [after, ...Array.from(open, ([id, offset]) => `${id}-${offset}`)].join('.');

export const positionPattern = /^\d{1,15}(?:\.\d{1,15}-\d{1,15}){0,1000}$/;

/** `text` fits the pattern. */
export function parsePosition(text: string): Position {
  const [after = '0', ...open] = text.split('.');
  return {
    after: Number(after),
    open: new Map(
      open.map((each) => {
        const [id = '', offset = ''] = each.split('-');
        return [Number(id), Number(offset)];
      }),
    ),
  };
}
