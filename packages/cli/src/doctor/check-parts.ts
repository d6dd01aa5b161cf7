import { type Check, ok } from './finding.ts'

/** What the Kith stands on: the schema, the media, the revocations, the limits. The same as a readiness probe asks. */
export const checkParts: Check = async ({ open: { kith } }) => {
  const { parts } = await kith.ready()
  return parts.map(({ name, ok: usable, detail, milliseconds }) => {
    if (usable && detail === null) return ok(name, `Can be used (${milliseconds} ms).`)
    return {
      check: name,
      level: usable ? ('warning' as const) : ('error' as const),
      meaning: usable ? 'It goes on, but something has to be seen to.' : 'It cannot be used.',
      cure: detail,
    }
  })
}
