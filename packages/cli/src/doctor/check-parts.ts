import { type Check, ok } from './finding.ts'

/**
 * The dependencies of the Kith: the schema, the media, the revocations, the limits. The same as in a readiness probe.
 */
export const checkParts: Check = async ({ open: { kith } }) => {
  const { parts } = await kith.ready()
  return parts.map(({ name, ok: usable, detail, milliseconds }) => {
    if (usable && detail === null) return ok(name, `Can be used (${milliseconds} ms).`)
    return {
      check: name,
      level: usable ? ('warning' as const) : ('error' as const),
      meaning: usable ? 'It works, but needs attention.' : 'It cannot be used.',
      cure: detail,
    }
  })
}
