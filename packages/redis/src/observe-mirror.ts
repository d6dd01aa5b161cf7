import type { Reading, Telemetry } from '@kith/core/ports'
import type { Lease } from './lease.ts'
import type { Mirror } from './mirror.ts'
import type { Outbox } from './outbox.ts'

/** Has the state of the mirror and of what Redis has not heard yet read. */
export function observeMirror(
  telemetry: Telemetry,
  { mirror, outbox, lease }: { mirror: Mirror; outbox: Outbox; lease: Lease },
): void {
  const reading = (value: number): readonly Reading[] => [{ value, attributes: {} }]
  telemetry.gauge('kith.revocations.mirror.trusted', () => reading(lease.holds() ? 1 : 0))
  telemetry.gauge('kith.revocations.mirror.entries', () => reading(mirror.size()))
  telemetry.gauge('kith.revocations.outbox.waiting', () =>
    reading(outbox.waiting(performance.now()).reduce((sum, { entries }) => sum + entries.length, 0)),
  )
  telemetry.gauge('kith.revocations.outbox.age', () => {
    const now = performance.now()
    const [oldest] = outbox.waiting(now)
    return reading(oldest ? (now - oldest.addedAt) / 1000 : 0)
  })
}
