/** Memory as people say it: `512 KB`, `12.3 MB`, `1.5 GB`, in steps of 1,024, as `ps` and `top` count it. */

/** `bytes`: of memory. */
export function memorySize(bytes: number): string {
  const units = ['KB', 'MB', 'GB', 'TB'];
  let value = bytes / 1_024;
  let unit = 0;
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${value.toFixed(value < 100 && unit > 0 ? 1 : 0)} ${units[unit] ?? ''}`;
}
