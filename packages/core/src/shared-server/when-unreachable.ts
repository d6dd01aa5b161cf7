/** What holds while a server cannot be reached: `closed` refuses, `open` lets through. */
export type WhenUnreachable = 'closed' | 'open'

/** Refuses what no type checker saw. @throws TypeError */
export function checkWhenUnreachable(value: WhenUnreachable = 'closed'): WhenUnreachable {
  if (value !== 'closed' && value !== 'open')
    throw new TypeError("whenUnreachable must be 'closed' or 'open'")
  return value
}
