import assert from 'node:assert/strict'

/** Runs steps of a batch verb until it returns 0. Returns how many rows it changed. */
export async function untilDone(limit: number, step: (limit: number) => Promise<number>): Promise<number> {
  let total = 0
  for (;;) {
    const changed = await step(limit)
    assert.ok(changed <= limit, 'a step changes at most `limit` rows')
    total += changed
    if (changed === 0) return total
  }
}
