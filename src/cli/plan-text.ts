/** The plan of `kuroko apply` as lines to read, and as JSON. */
import { fieldKeys } from './definition-file.ts';
import { lineDiff } from './line-diff.ts';
import type {
  FieldChange,
  FieldValue,
  PlannedDefinition,
} from '../operations/apply-definitions.ts';

export function planText({ place, action, id, fields, changes }: PlannedDefinition): string[] {
  const name = id === null ? fields.name : `${id} ${fields.name}`;
  return [`${action} ${name} (${place})`, ...changes.flatMap(changeText)];
}

export function planJson({ place, action, id, fields, changes }: PlannedDefinition) {
  const changed = changes.map(({ field, before, after }) => ({
    field: keyOf(field),
    before,
    after,
  }));
  return { place, action, id, name: fields.name, changes: changed };
}

const keyOf = (field: FieldChange['field']): string =>
  field === 'admins' ? field : fieldKeys[field];

function changeText({ field, before, after }: FieldChange): string[] {
  const key = keyOf(field);
  const isLong = [before, after].some((value) => typeof value === 'string' && value.includes('\n'));
  if (!isLong) return [`  ${key}: ${shown(before)} -> ${shown(after)}`];
  const lines = lineDiff(textOf(before), textOf(after));
  return [`  ${key}:`, ...lines.map(({ sign, text }) => `  ${sign} ${text}`)];
}

const textOf = (value: FieldValue): string => (typeof value === 'string' ? value : '');

function shown(value: FieldValue): string {
  if (value === null) return 'none';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  return value.length === 0 ? 'none' : value.join(', ');
}
