import { type Answer, timeline } from '../drivers/driver.ts'

/** A position in the write-ahead log. */
export interface Position {
  /** Another one after each failover. The same position may differ between two timelines. */
  readonly timeline: number
  readonly bytes: bigint
}

/** The position of a server that may be a replica. */
export interface Standing extends Position {
  /** Identifies the server since its last start or recovery. Until that changes it only moves forward. */
  readonly server: string
  readonly isStandby: boolean
}

const bytes = (place: string): string => `(${place} - '0/0'::pg_lsn)::text`

/**
 * Where the primary writes next. Nothing that was committed is after it, even with `synchronous_commit = off`, where it
 * may not have been flushed yet.
 */
export const positionStatement: string = `SELECT ('x' || ${timeline})::bit(32)::int::text, ${bytes('pg_current_wal_insert_lsn()')},
  current_setting('wal_block_size'), pg_size_bytes(current_setting('wal_segment_size'))::text`

/**
 * `format` because either may be NULL. A crash of a backend makes the server recover without restarting it, and resets
 * statistics.
 */
const serverName: string = `format('%s %s', extract(epoch FROM pg_postmaster_start_time()),
    extract(epoch FROM (SELECT stats_reset FROM pg_stat_bgwriter)))`

/**
 * The {@link Standing} of a server. Its timeline is the last one that it has recorded on disk, so after a failover it
 * lags.
 */
export const standingStatement: string = `SELECT ${serverName}, pg_is_in_recovery()::text,
  greatest((SELECT timeline_id FROM pg_control_checkpoint()), (SELECT min_recovery_end_timeline FROM pg_control_recovery()))::text,
  ${bytes('pg_last_wal_replay_lsn()')}`

/** A {@link Position} from the result of {@link positionStatement}. */
export function positionFrom({ rows }: Answer): Position {
  const [own = null, place = null, block = null, segment = null] = rows[0] ?? []
  if (own === null || place === null || block === null || segment === null)
    throw new TypeError('The primary returned no position')
  const next = BigInt(place)
  return { timeline: Number(own), bytes: next - headerBefore(next, BigInt(block), BigInt(segment)) }
}

/**
 * The page header if the log ends with a page: the primary writes next after that header, and a standby, which has
 * replayed everything, is before it until more is written.
 */
function headerBefore(next: bigint, block: bigint, segment: bigint): bigint {
  const header = next % segment < block ? 40n : 24n
  return next % block === header ? header : 0n
}

/** A {@link Standing} from the result of {@link standingStatement}. */
export function standingFrom({ rows }: Answer): Standing {
  const [server = null, recovers, own = null, place = null] = rows[0] ?? []
  if (server === null || own === null) throw new TypeError('The replica did not report its position')
  const isStandby = recovers === 'true' && place !== null
  return { server, isStandby, timeline: Number(own), bytes: BigInt(place ?? 0) }
}

/** Whether a standby shows everything up to a position. */
export function covers(standing: Standing, position: Position): boolean {
  return standing.isStandby && standing.timeline === position.timeline && standing.bytes >= position.bytes
}

/**
 * A read that fails, with 22P02, unless the server that serves it is `@server`: a pooler or a load balancer may have
 * routed it to another one than was asked for its position. Checked once and before anything is read, even if nothing
 * is found.
 */
export function guarded(sql: string): string {
  return `SELECT it.* FROM (${sql}) AS it
    WHERE (SELECT CASE WHEN ${serverName} = @server THEN true ELSE ${serverName}::boolean END)`
}
