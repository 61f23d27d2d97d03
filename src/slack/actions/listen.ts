/** What every listener to clicks does before its own work. */
import { unknownButtonAnswer } from '../../messages/command-answers.ts';
import { serve, type SlackActor } from '../serve.ts';
import type { ButtonValue } from '../../messages/action-ids.ts';
import type { Shell } from '../shell.ts';
import type { Click } from './click.ts';

/** Called when the click is acknowledged. Never rejects. */
export type ClickListener = (shell: Shell, click: Click) => Promise<void>;

type ValueOf<Type> = Extract<ButtonValue, { type: Type }>;

/** `work` begins for whoever may read here, with a value of the type that the button carries. */
export function onClick<Type extends ButtonValue['type']>(
  type: Type,
  work: (shell: Shell, click: Click, value: ValueOf<Type>, actor: SlackActor) => Promise<void>,
): ClickListener {
  return (shell, click) =>
    serve(shell, click, async (actor) => {
      const { value } = click;
      if (value?.type !== type) return click.answer(unknownButtonAnswer());
      await work(shell, click, value as ValueOf<Type>, actor);
    });
}
