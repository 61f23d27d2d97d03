/** The plan of `kuroko apply` as lines to read, and as JSON; secrets are masked in both. */
import { fieldKeys } from './definition-file.ts';
import { lineDiff } from './line-diff.ts';
import type {
  FieldChange,
  FieldValue,
  PlannedDefinition,
} from '../operations/apply-definitions.ts';
import type { Mask } from '../workflow/mask.ts';

export function planText(
  { place, action, id, fields, changes }: PlannedDefinition,
  mask: Mask,
): string[] {
  const name = id === null ? fields.name : `${id} ${fields.name}`;
  return [`${action} ${name} (${place})`, ...changes.flatMap((change) => changeText(change, mask))];
}

export function planJson(
  { place, action, id, fields, changes }: PlannedDefinition,
  { script: masked }: Mask,
) {
  const shownValue = (value: FieldValue) => (typeof value === 'string' ? masked(value) : value);
  const changed = changes.map(({ field, before, after }) => ({
    field: keyOf(field),
    before: shownValue(before),
    after: shownValue(after),
  }));
  return { place, action, id, name: fields.name, changes: changed };
}

function keyOf(field: FieldChange['field']): string {
  if (field === 'suspendSchedules') return 'suspend_schedules';
  return field === 'admins' || field === 'schedules' ? field : fieldKeys[field];
}

function changeText({ field, before, after }: FieldChange, { script: masked }: Mask): string[] {
  const key = keyOf(field);
  const isLong = [before, after].some((value) => typeof value === 'string' && value.includes('\n'));
  if (!isLong) return [`  ${key}: ${shown(before, masked)} -> ${shown(after, masked)}`];
  // Compared as they are: a secret that changed is a line that changed.
  const lines = lineDiff(textOf(before), textOf(after));
  return [`  ${key}:`, ...lines.map(({ sign, text }) => `  ${sign} ${masked(text)}`)];
}

const textOf = (value: FieldValue): string => (typeof value === 'string' ? value : '');

function shown(value: FieldValue, masked: Mask['script']): string {
  if (value === null) return 'none';
  if (typeof value === 'string') return JSON.stringify(masked(value));
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  return value.length === 0 ? 'none' : value.join(', ');
}
