/** What can be pressed in a message that was built. */
import type { Block, Button, Select } from '../../src/messages/blocks.ts';

/** Its buttons in the order in which they are seen, those beside a text included. */
export const buttonsOf = (content: { readonly blocks?: readonly Block[] }): Button[] =>
  elementsOf(content).filter((element) => element.type === 'button');

export const menusOf = (content: { readonly blocks?: readonly Block[] }): Select[] =>
  elementsOf(content).filter((element) => element.type === 'static_select');

export const labelsOf = (content: { readonly blocks?: readonly Block[] }): string[] =>
  buttonsOf(content).map(({ text }) => text.text);

function elementsOf({ blocks = [] }: { readonly blocks?: readonly Block[] }): (Button | Select)[] {
  return blocks.flatMap((block) => {
    if (block.type === 'actions') return block.elements;
    return block.type === 'section' && block.accessory !== undefined ? [block.accessory] : [];
  });
}
