/** A `Vary` header with more names, without duplicates. */
export function addToVary(vary: string | readonly string[] | undefined, more: string): string {
  const names = [vary ?? [], more].flat().flatMap((list) => list.split(','))
  const byKey = new Map(names.map((name) => [name.trim().toLowerCase(), name.trim()]))
  return [...byKey.values()].join(', ')
}
