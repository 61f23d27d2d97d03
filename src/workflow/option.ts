/** The option of a task as typed values, or what is wrong with it. */
import type { Problem } from './task.ts';

export type Option<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: Problem };

export function understood<Value>(value: Value): Option<Value> {
  return { ok: true, value };
}

export function refused(message: string, suggestion: string | null = null): Option<never> {
  return { ok: false, problem: { message, suggestion } };
}

/** For a task whose only demand is on its option. */
export function problemsOf(option: Option<unknown>): readonly Problem[] {
  return option.ok ? [] : [option.problem];
}
