/** Takes out of hostile text what would do more than be read. */

/** NUL and its kind, lone halves of characters, and marks that reverse the reading direction. */
export function defused(text: string): string {
  return (
    text
      .replaceAll(/\r\n?/g, '\n')
      .replaceAll(/\p{Surrogate}/gu, '\uFFFD')
      // oxlint-disable-next-line no-control-regex -- it is control characters that are looked for
      .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g, '\uFFFD')
      .replaceAll(/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\u2028\u2029]/g, '')
  );
}

// Colours and cursor movements of terminals: ESC [ ... letter, and ESC ] ... BEL or ESC \.
// oxlint-disable-next-line no-control-regex -- it is control characters that are looked for
const ansi = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[@-Z\\^_])/g;

export const withoutColours = (text: string): string => text.replaceAll(ansi, '');

/** A text without anything to see leaves whoever reads it guessing, and Slack refuses it. */
export function isVisible(text: string): boolean {
  return /[^\s\p{C}\p{Z}\u115F\u1160\u3164\uFFA0\u2800]/u.test(text);
}
