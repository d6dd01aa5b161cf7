import type { Reading, Telemetry } from '../telemetry/telemetry.ts'
import type { Lease } from './lease.ts'
import type { Mirror } from './mirror.ts'
import type { Parcels } from './parcels.ts'

/** Exposes the state of the mirror and of undelivered entries as gauges. */
export function observeMirror(
  telemetry: Telemetry,
  { mirror, parcels, lease }: { mirror: Mirror; parcels: Parcels; lease: Lease },
): void {
  const reading = (value: number): readonly Reading[] => [{ value, attributes: {} }]
  telemetry.gauge('kith.revocations.mirror.trusted', () => reading(lease.holds() ? 1 : 0))
  telemetry.gauge('kith.revocations.mirror.entries', () => reading(mirror.size()))
  telemetry.gauge('kith.revocations.outbox.waiting', () =>
    reading(parcels.waiting(performance.now()).reduce((sum, { entries }) => sum + entries.length, 0)),
  )
  telemetry.gauge('kith.revocations.outbox.age', () => {
    const now = performance.now()
    const [oldest] = parcels.waiting(now)
    return reading(oldest ? (now - oldest.addedAt) / 1000 : 0)
  })
}
