/** Private answers to commands whose effect does not show where they were given. */
import { render, type Markup } from '../templates.ts';
import { actionIds, commandName } from './action-ids.ts';
import { section, type Content } from './blocks.ts';
import { button } from './buttons.ts';
import { code } from './fit.ts';
import { instanceLink, jobName } from './phrases.ts';
import type { About } from './about.ts';

/** The run that was launched. */
export interface LaunchedRun {
  readonly instanceId: number;
  readonly definitionId: number;
  readonly definitionName: string;
}

/** Launched, and nothing will show it: `quietly` because the job tells only of failures. */
export function launchedUnseenAnswer(
  run: LaunchedRun,
  why: 'quietly' | 'nowhere',
  about: About,
): Content {
  return said(`launched-${why}`, launchedView(run, about));
}

/** Not launched: another run of the job is in the way. */
export function preventedAnswer(run: LaunchedRun, preventedBy: number, about: About): Content {
  const { definitionId } = run;
  return said('prevented', {
    ...launchedView(run, about),
    other: instanceLink({ id: preventedBy, definitionId }, `#${preventedBy}`, about),
  });
}

function launchedView(run: LaunchedRun, about: About) {
  const { instanceId: id, definitionId, definitionName } = run;
  return {
    job: jobName(definitionName),
    instance: instanceLink({ id, definitionId }, `#${id}`, about),
  };
}

/** Done, but the message that shows it is somewhere up in a channel. */
export function operatedAnswer(
  verb: 'retry' | 'skip' | 'cancel' | 'terminate',
  instance: { readonly id: number; readonly definitionId: number; readonly definitionName: string },
  about: About,
): Content {
  return said(verb, { instance: runLink(instance, about) });
}

export function whichRunAnswer(verb: string): Content {
  return said('which-run', { example: code(`${commandName} ${verb} 12`, 100) });
}

/** A mention cannot open a form by itself, but a button can. */
export function whichJobAnswer(): Content {
  const content = said('which-job', { example: code(`${commandName} launch 12`, 100) });
  const form = button(actionIds.launchForm, { type: 'none' }, { style: 'primary' });
  return { ...content, blocks: [...content.blocks, { type: 'actions', elements: [form] }] };
}

export const formLateAnswer = (): Content => said('form-late', {});

export function unknownButtonAnswer(): Content {
  return said('unknown-button', { example: code(`${commandName} status`, 100) });
}

/** What became of the wish to have the full output as a file. */
export function outputFileAnswer(
  outcome: 'posted' | 'failed',
  instance: { readonly id: number; readonly definitionId: number; readonly definitionName: string },
  about: About,
): Content {
  return said(`file-${outcome}`, { instance: runLink(instance, about) });
}

/** What a file of output says of itself. */
export function outputFileComment(
  instance: { readonly id: number; readonly definitionId: number; readonly definitionName: string },
  about: About,
): string {
  return render('slack/command#file-comment', { instance: runLink(instance, about) });
}

function runLink(
  instance: { readonly id: number; readonly definitionId: number; readonly definitionName: string },
  about: About,
): Markup {
  return instanceLink(instance, `${instance.definitionName} #${instance.id}`, about);
}

function said(part: string, view: Readonly<Record<string, unknown>>): Content {
  const text = render(`slack/command#${part}`, view);
  return { text, blocks: [section(text)] };
}
