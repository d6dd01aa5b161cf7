import { type Answer, timeline } from '../drivers/driver.ts'

/** A place in the write-ahead log. */
export interface Position {
  /** Another one after each failover. The same place of two timelines need not hold the same. */
  readonly timeline: number
  readonly bytes: bigint
}

/** How far a server that may be a replica has come. */
export interface Standing extends Position {
  /** Names the server since it was started or has recovered last. Until that changes it goes only forward. */
  readonly server: string
  readonly isStandby: boolean
}

const bytes = (place: string): string => `(${place} - '0/0'::pg_lsn)::text`

/**
 * Where the primary writes next. Nothing that was committed lies behind it, with `synchronous_commit = off` either, where what was
 * committed may not have been flushed yet.
 */
export const positionStatement: string = `SELECT ('x' || ${timeline})::bit(32)::int::text, ${bytes('pg_current_wal_insert_lsn()')},
  current_setting('wal_block_size'), pg_size_bytes(current_setting('wal_segment_size'))::text`

/** `format` because one of both may be NULL. A crash of a backend makes the server recover without starting it, and resets statistics. */
const serverName: string = `format('%s %s', extract(epoch FROM pg_postmaster_start_time()),
    extract(epoch FROM (SELECT stats_reset FROM pg_stat_bgwriter)))`

/** The {@link Standing} of a server. Its timeline is the last one that it has noted on the disk, so after a failover it comes late. */
export const standingStatement: string = `SELECT ${serverName}, pg_is_in_recovery()::text,
  greatest((SELECT timeline_id FROM pg_control_checkpoint()), (SELECT min_recovery_end_timeline FROM pg_control_recovery()))::text,
  ${bytes('pg_last_wal_replay_lsn()')}`

/** A {@link Position} from what {@link positionStatement} gives. */
export function positionFrom({ rows }: Answer): Position {
  const [own = null, place = null, block = null, segment = null] = rows[0] ?? []
  if (own === null || place === null || block === null || segment === null)
    throw new TypeError('The primary gave no position')
  const next = BigInt(place)
  return { timeline: Number(own), bytes: next - headerBefore(next, BigInt(block), BigInt(segment)) }
}

/**
 * The header of a page where the log ends with a page: the primary writes next behind that header, and a standby, which has replayed all,
 * stands before it until more is written.
 */
function headerBefore(next: bigint, block: bigint, segment: bigint): bigint {
  const header = next % segment < block ? 40n : 24n
  return next % block === header ? header : 0n
}

/** A {@link Standing} from what {@link standingStatement} gives. */
export function standingFrom({ rows }: Answer): Standing {
  const [server = null, recovers, own = null, place = null] = rows[0] ?? []
  if (server === null || own === null) throw new TypeError('The replica did not say where it is')
  const isStandby = recovers === 'true' && place !== null
  return { server, isStandby, timeline: Number(own), bytes: BigInt(place ?? 0) }
}

/** Whether a standby shows everything up to a position. */
export function covers(standing: Standing, position: Position): boolean {
  return standing.isStandby && standing.timeline === position.timeline && standing.bytes >= position.bytes
}

/**
 * A read that fails, by 22P02, unless the server that serves it is `@server`: a pooler or a load balancer may have led it to another one
 * than was asked where it is. Checked once and before anything is read, also where nothing is found.
 */
export function guarded(sql: string): string {
  return `SELECT it.* FROM (${sql}) AS it
    WHERE (SELECT CASE WHEN ${serverName} = @server THEN true ELSE ${serverName}::boolean END)`
}
