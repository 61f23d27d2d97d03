/** How a form that was submitted is answered: in it as long as it is open, privately after that. */
import { errorAnswer } from '../messages/answers.ts';
import { askOf, type Ask, type Asked } from './ask.ts';
import type { Content } from '../messages/blocks.ts';
import type { Shell } from './shell.ts';

/** What Slack sends, as far as it is read. */
export interface SubmittedForm {
  readonly userId: string;
  readonly view: {
    readonly id: string;
    readonly hash: string;
    readonly private_metadata?: string;
    readonly state: {
      readonly values: Readonly<Record<string, Readonly<Record<string, FieldValue>>>>;
    };
  };
}

export interface FieldValue {
  readonly value?: string | null | undefined;
  readonly selected_option?: { readonly value?: string } | null | undefined;
  readonly selected_conversation?: string | null | undefined;
}

/** Problems by field, as a form shows them. */
export type FieldErrors = Record<string, string>;

export type FormAnswer =
  | undefined
  | { readonly response_action: 'errors'; readonly errors: FieldErrors };

export interface FormReply {
  /** Whatever is answered before the form is closed is a refusal: it is shown in the form. */
  readonly ask: Ask;
  /** Past the form. */
  readonly outside: Ask;
  /** Shows problems in the form, or `content` where it is closed already. */
  readonly refuse: (errors: FieldErrors, content?: Content) => Promise<void>;
  readonly close: () => Promise<void>;
  /** To be called in the end, whatever became of it. */
  readonly end: () => void;
}

/** The form stays open until this is over, at the longest; Slack's own limit is 3 s. */
const formWaits = 2_000;

/** `errorsOf` puts a refusal that belongs to no field somewhere in the form. */
export function formReply(
  shell: Shell,
  form: SubmittedForm,
  channel: string,
  ack: (answer?: FormAnswer) => Promise<void>,
  errorsOf: (text: string) => FieldErrors,
): FormReply {
  const asked = askedIn(form, channel);
  const outside = askOf(shell, asked);
  let closed: Promise<void> | null = null;
  const close = () =>
    (closed ??= ack().catch((error: unknown) => {
      shell.log.warn({ err: error }, 'a form stays open');
    }));
  const refuse = async (
    errors: FieldErrors,
    content = errorAnswer(Object.values(errors).join(' ')),
  ): Promise<void> => {
    if (closed !== null) return outside.answer(content);
    closed = ack({ response_action: 'errors', errors });
    await closed.catch(() => outside.answer(content));
  };
  const timer = setTimeout(() => void close(), formWaits);
  return {
    ask: {
      ...asked,
      announce: (content) => outside.announce(content),
      answer: (content) => refuse(errorsOf(content.text), content),
    },
    outside,
    refuse,
    close,
    end: () => clearTimeout(timer),
  };
}

/** What is asked with a form; `channel` is where it was opened. */
export function askedIn({ userId, view }: SubmittedForm, channel: string): Asked {
  return {
    userId,
    fromBot: false,
    channel,
    channelName: null,
    threadTs: null,
    key: `view:${view.id}:${view.hash}`,
    triggerId: null,
  };
}
