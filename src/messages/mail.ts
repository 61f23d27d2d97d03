/** What every mail is: a subject, the same text for whoever reads it plain and whoever reads it in HTML. */
import { render } from '../templates.ts';
import { htmlMarkdown } from './html-markdown.ts';
import { plainLine, plainLines, plainTail } from './plain-text.ts';

export interface MailText {
  /** One line. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What both texts are made of; a field that is '' or missing is left out. Texts are hostile. */
export interface MailView {
  /** Red for what has failed, yellow for what may come to it. */
  readonly alarm: boolean;
  /** What has happened, in a sentence of ours. */
  readonly lead: string;
  /** What is to be done, or not. */
  readonly advice?: string;
  readonly job?: string;
  readonly jobUrl?: string;
  readonly instance?: number;
  readonly instanceUrl?: string;
  readonly launched?: string;
  readonly step?: string;
  readonly path?: string;
  readonly result?: string;
  readonly host?: string;
  readonly at?: string;
  /** The end of what a command wrote; null: it wrote nothing. */
  readonly output?: string | null;
  readonly failureText?: string;
  /** Markdown. */
  readonly description?: string;
}

const outputLines = 40;
const outputLimit = 8_000;
const descriptionLimit = 20_000;

/** `subject` is a part of `texts/mail`, filled in with the name of the job. */
export function mailText(subject: string, view: MailView): MailText {
  const { output, description = '' } = view;
  const about = plainLines(description, descriptionLimit);
  const common = {
    ...view,
    subject: plainLine(render(`texts/mail#${subject}`, { job: view.job ?? '' }), 400),
    output:
      output === undefined || output === null ? '' : plainTail(output, outputLines, outputLimit),
    silent: output === null,
    failureText: plainLines(view.failureText ?? '', 1_000),
  };
  return {
    subject: common.subject,
    text: render('texts/mail-message', { ...common, description: about }),
    html: render('mail/message', {
      ...common,
      description: about === '' ? '' : htmlMarkdown(about),
    }),
  };
}
