/** A `Vary` header with one more name, or several, none of which it has twice. */
export function addToVary(vary: string | readonly string[] | undefined, more: string): string {
  const names = [vary ?? [], more].flat().flatMap((list) => list.split(','))
  const byKey = new Map(names.map((name) => [name.trim().toLowerCase(), name.trim()]))
  return [...byKey.values()].join(', ')
}
