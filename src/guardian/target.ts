/** Something to be stopped, and how its processes are told from strangers. */

/** A process belongs to it by its group, its session, its marker, or a parent that belongs to it. */
export type Target = {
  /** `NAME=value` in the environment of everything it started; survives setsid and a dead parent. */
  readonly marker: string;
  /** Groups and sessions it was given, each with the start of their first process; 0 for one that was gone before it was asked. */
  readonly groups: readonly { readonly id: number; readonly start: number }[];
  /** Pids that can only be its own although nothing about them says so; asked anew at every look. */
  readonly strangers?: () => readonly number[];
};

/** `KUROKO_EXECUTION=<epoch>:<id>` */
export const EXECUTION_MARKER = 'KUROKO_EXECUTION';
/** `KUROKO_SERVICE=<epoch>:<name>` */
export const SERVICE_MARKER = 'KUROKO_SERVICE';

/** @param marker `NAME=value`; whatever stands under that name in the environment gives way to it */
export function withMarker(
  env: Readonly<Record<string, string>>,
  marker: string,
): Record<string, string> {
  const equals = marker.indexOf('=');
  return { ...env, [marker.slice(0, equals)]: marker.slice(equals + 1) };
}

export function isMarker(variable: string): boolean {
  return variable.startsWith(`${EXECUTION_MARKER}=`) || variable.startsWith(`${SERVICE_MARKER}=`);
}
