/** Everything that keeps a definition from being saved. */
import { lint } from '../workflow/lint.ts';
import { describeScriptError } from '../workflow/script-error.ts';
import type { DefinitionFields } from '../store/definitions.ts';
import type { Known } from '../workflow/known.ts';

/** Seconds: what needs longer to stop is not stopped by a signal. */
export const longestKillGrace = 3_600;

/** Sentences, each beginning with the field it is about. */
export function definitionProblems(
  fields: DefinitionFields,
  admins: readonly unknown[],
  known: Known,
): string[] {
  const problems: string[] = [];
  const say = (field: string, message: string) => problems.push(`${field}: ${message}`);
  if (fields.name.trim() === '') say('name', 'must not be blank.');
  if (lengthOf(fields.name) > 180) say('name', 'is too long (maximum is 180 characters).');
  if (hasControls(fields.name)) say('name', 'must be one line without control characters.');
  if (admins.length === 0) say('admins', 'a definition needs at least one admin.');
  for (const tag of fields.tags) {
    if (lengthOf(tag) > 100) say('tags', `"${tag}" is too long (maximum is 100 characters).`);
  }
  if (fields.slackChannel !== null && !/^#[^\s.]{1,80}$/.test(fields.slackChannel)) {
    say('slack_channel', 'must start with # and must not include any dots or spaces.');
  }
  if (fields.webhookUrl !== null && !isHttpUrl(fields.webhookUrl)) {
    say('webhook_url', 'must be an http or https URL.');
  }
  if (Buffer.byteLength(fields.webhookUrl ?? '') > 2_000) {
    say('webhook_url', 'is too long (maximum is 2000 bytes).');
  }
  // In an address they would mean another place than a room.
  if (['.', '..'].includes(fields.hipchatRoom?.trim() ?? '')) {
    say('hipchat_room', 'must be the name or the number of a room.');
  }
  if (lengthOf(fields.failureText ?? '') > 180) {
    say('failure_text', 'is too long (maximum is 180 characters).');
  }
  const { killGrace } = fields;
  if (
    killGrace !== null &&
    !(Number.isInteger(killGrace) && killGrace >= 0 && killGrace <= longestKillGrace)
  ) {
    say('kill_grace', `must be a number of seconds from 0 to ${longestKillGrace}.`);
  }
  if (fields.description.includes('\0')) say('description', nul);
  return [...problems, ...scriptProblems(fields.script, known).map((line) => `script: ${line}`)];
}

const nul = 'must not contain NUL characters.';

/** Sentences about a script, `(line N) ...` where it has mistakes; none when it can be saved. */
export function scriptProblems(script: string, known: Known): string[] {
  if (script.includes('\0')) return [nul];
  const linted = lint(script, known);
  return linted.ok ? [] : linted.errors.map(describeScriptError);
}

/** In code points, as PostgreSQL counts. */
const lengthOf = (text: string): number => Array.from(text).length;

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const hasControls = (text: string): boolean => /[\u0000-\u001f\u007f]/.test(text);

function isHttpUrl(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}
