/** Short private answers to one person. */
import { render } from '../templates.ts';
import { actionIds, commandName } from './action-ids.ts';
import { context, section, type Block, type Content } from './blocks.ts';
import { button } from './buttons.ts';
import { code, line, paragraph } from './fit.ts';
import { limits } from './limits.ts';
import { channelMention, instanceLink, jobName } from './phrases.ts';
import type { About } from './about.ts';

/** Why a wish was not granted, in one sentence; problems one by one where there are several. */
export function errorAnswer(message: string, details: readonly string[] = []): Content {
  const listed = details.slice(0, 10).map((detail) => line(detail, 190));
  const view = {
    message: paragraph(message, 900),
    details: listed.length === 0 ? null : listed,
    rest: details.length > listed.length ? details.length - listed.length : null,
  };
  return said(render('slack/answers#error', { ...view, details: null }), [
    section(render('slack/answers#error', view)),
  ]);
}

/** It was launched all the same. */
export function scriptWarningsAnswer(warnings: readonly string[]): Content {
  return errorAnswer(render('slack/answers#script-warnings'), warnings);
}

/** Something of ours broke: the reference finds it in the log. */
export function problemAnswer(reference: string): Content {
  return said(render('slack/answers#problem', { reference: line(reference, 50) }));
}

/** Whether the wish took effect is not known: the connection may have been lost after it did. */
export function databaseAwayAnswer(reference: string): Content {
  return said(render('slack/answers#database-away', { reference: line(reference, 50) }));
}

/** Somebody was first: `Already retried by ben 2 minutes ago. Now: working.` */
export function lateAnswer(sentence: string): Content {
  return said(render('slack/answers#late', { sentence: line(sentence, 1_500) }));
}

const matchesShown = 5;

/** Several jobs can be meant: up to five as buttons that repeat the verb. */
export function ambiguousAnswer(which: {
  readonly verb: string;
  readonly ref: string;
  readonly candidates: readonly { readonly id: number; readonly name: string }[];
}): Content {
  const { verb, candidates } = which;
  const rest = candidates.length - matchesShown;
  const view = {
    count: candidates.length,
    ref: line(which.ref, 200),
    rest: rest > 0 ? rest : null,
    command: commandName,
    verb,
  };
  const title = render('slack/answers#ambiguous', view);
  return said(title, [
    section(title),
    ...candidates
      .slice(0, matchesShown)
      .map(({ id, name }) =>
        section(
          render('slack/answers#candidate', { id, name: jobName(name) }),
          button(
            actionIds.match,
            { type: 'match', verb, definitionId: id },
            { label: label(verb) },
          ),
        ),
      ),
    ...(rest > 0 ? [context(render('slack/answers#ambiguous-rest', view))] : []),
  ]);
}

const label = (verb: string): string =>
  line(verb.charAt(0).toUpperCase() + verb.slice(1), limits.confirmButton);

export function unknownVerbAnswer(verb: string, suggestion: string | null): Content {
  return said(
    render('slack/answers#unknown-verb', {
      verb: code(verb, 100),
      suggestion: suggestion === null ? null : code(`${commandName} ${suggestion}`, 100),
      help: code(`${commandName} help`, 100),
    }),
  );
}

/** Kuroko cannot speak where it should; null is a channel whose name is not to be told. */
export function inviteAnswer(channel: string | null): Content {
  return said(
    render('slack/answers#invite', {
      channel: channel === null ? null : channelMention(channel),
      command: code('/invite @kuroko', 100),
    }),
  );
}

/** Launched, but told of in another channel than the one it was asked for in. */
export function launchedElsewhereAnswer(
  where: {
    readonly instanceId: number;
    readonly definitionId: number;
    readonly definitionName: string;
    readonly channel: string;
  },
  about: About,
): Content {
  const { instanceId: id, definitionId } = where;
  return said(
    render('slack/answers#launched-elsewhere', {
      instance: instanceLink({ id, definitionId }, `#${id}`, about),
      job: jobName(where.definitionName),
      channel: channelMention(where.channel),
    }),
  );
}

function said(text: string, blocks: Block[] = [section(text)]): Content {
  return { text, blocks };
}
