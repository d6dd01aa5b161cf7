const words = ['none', 'one', 'two', 'three', 'four', 'five', 'six']

/** A number as prose has it. */
export function inWords(count: number): string {
  return words[count] ?? String(count)
}
