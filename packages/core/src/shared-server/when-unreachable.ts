/** What to do while a server cannot be reached: `closed` refuses, `open` lets attempts pass. */
export type WhenUnreachable = 'closed' | 'open'

/** Refuses what a type checker would have found. @throws TypeError */
export function checkWhenUnreachable(value: WhenUnreachable = 'closed'): WhenUnreachable {
  if (value !== 'closed' && value !== 'open')
    throw new TypeError("whenUnreachable must be 'closed' or 'open'")
  return value
}
