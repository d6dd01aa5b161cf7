import type { CaptionUsage } from '../captions/caption-writer.ts'
import type { Emit, KithEventName, KithEvents } from '../events.ts'
import { silentTelemetry, type Telemetry } from './telemetry.ts'

/** Counts emitted events as well. */
export function countEvents(emit: Emit, telemetry: Telemetry): Emit {
  if (telemetry === silentTelemetry) return emit
  return (name, event, cause) => {
    telemetry.count('kith.events', 1, { 'kith.event': name })
    countMore(telemetry, name, event)
    emit(name, event, cause)
  }
}

function countMore(telemetry: Telemetry, name: KithEventName, event: KithEvents[KithEventName]): void {
  if (name === 'session.refreshed') telemetry.count('kith.refreshes', 1, { 'kith.outcome': 'rotated' })
  if (name === 'session.reuse-detected') telemetry.count('kith.refreshes', 1, { 'kith.outcome': 'reuse' })
  if ('limit' in event) telemetry.count('kith.limits.refused', 1, { 'kith.limit': event.limit })
  if ('usage' in event && event.usage) countTokens(telemetry, event.writer, event.usage)
}

function countTokens(
  telemetry: Telemetry,
  writer: string,
  { inputTokens, outputTokens }: CaptionUsage,
): void {
  const add = (direction: string, tokens: number | null): void =>
    telemetry.count('kith.captions.tokens', tokens ?? 0, {
      'kith.writer': writer,
      'kith.direction': direction,
    })
  add('input', inputTokens)
  add('output', outputTokens)
}
