/** A place in a source file, and the replacement that breaks a statement there. */
export interface Variant {
  start: number
  end: number
  text: string
  /** Its line and the change, for people. */
  change: string
}

const value = String.raw`(?:\$\{moment\('?\w+'?\)\}|@\w+|NULL)`
const comparison = String.raw`[a-z_]+ (?:IS NOT DISTINCT FROM|IS DISTINCT FROM|IS NOT|IS|[<>]=?|=) ${value}`
const condition = String.raw`(?:\$\{isLive\('\w+'\)\}|${comparison})`

/**
 * A pattern in a statement and its replacement; `$1` is the first group. No parameter is removed: SQLite would refuse the call for
 * that reason, whatever the tests check.
 */
const changes: readonly (readonly [pattern: RegExp, text: string])[] = [
  // The first condition, and each later one, are always true.
  [new RegExp(`(?<=\\bWHERE |[\`])(${condition})(?= AND )`, 'g'), '($1 OR TRUE)'],
  [new RegExp(`(?<= AND )(${condition})`, 'g'), '($1 OR TRUE)'],
  // Comparisons at the exact moment, and at the id itself.
  [new RegExp(` > (?=${value})`, 'g'), ' >= '],
  [new RegExp(` < (?=${value})`, 'g'), ' <= '],
  [new RegExp(` <= (?=${value})`, 'g'), ' < '],
  [/generation \+ 1/g, 'generation + 2'],
  [/coalesce\((@\w+(?:::text\[\])?), (\w+)\)/g, 'coalesce($2, $1)'],
  [/ DESC/g, ''],
  [/(LIMIT @limit|OFFSET @maxLive)/g, '$1 + 1'],
  [/pg_advisory_xact_lock\((.*?, 0\))\)/g, '$1'],
]

const statement = /`[^`]*\b(?:SELECT|INSERT|UPDATE|DELETE|revoked_at IS NULL)\b[^`]*`/g

/** The ways to break the SQL in a source file: Stryker treats a statement like any other string. */
export function variantsOf(source: string): Variant[] {
  return [...source.matchAll(statement)].flatMap(({ 0: sql, index }) =>
    changes.flatMap(([pattern, put]) =>
      [...sql.matchAll(pattern)].map((found) => {
        const start = index + found.index
        const line = source.slice(0, start).split('\n').length
        const text = put.replace(/\$(\d)/g, (_, group: string) => found[Number(group)] ?? '')
        const change = `line ${line}: ${found[0].trim()} → ${text.trim() || 'nothing'}`
        return { start, end: start + found[0].length, text, change }
      }),
    ),
  )
}
