/** Text styles; plain without colors. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
}

/** Creates it. */
export function createStyle(colors: boolean): Style {
  const wrap =
    (on: number, off: number) =>
    (text: string): string =>
      colors ? `\x1b[${on}m${text}\x1b[${off}m` : text
  return {
    bold: wrap(1, 22),
    dim: wrap(2, 22),
    red: wrap(31, 39),
    green: wrap(32, 39),
    yellow: wrap(33, 39),
  }
}

/** By `NO_COLOR` (no-color.org) and `FORCE_COLOR`, or otherwise by whether the output is a color terminal. */
export function wantsColors(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  if (env['NO_COLOR']) return false
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0'
  return isTerminal && env['TERM'] !== 'dumb'
}

/** Replaces characters that would move the cursor or recolor the terminal: names and reasons come from strangers. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
}
