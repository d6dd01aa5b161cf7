import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { MongoProbe, PostgresProbe, RedisProbe } from '../config/cli-config.ts'
import { type Check, type Finding, ok, sentenceOf } from './finding.ts'

/**
 * A file system uses the time of its last tick, which may be 10 ms old. Tokens expire at full seconds, and refreshing
 * tolerates two.
 */
const warnMillis = 2_000
/** Beyond it sign-ins fail between machines. */
const errorMillis = 30_000

/** Compares the clock of this machine with those of the servers that it can query. */
export const checkClock: Check = async ({ open: { redis, mongodb, postgres }, env }) => {
  const others: [name: string, ask: () => Promise<number>][] = []
  const folders = [env['KITH_MEDIA_DIRECTORY'], env['KITH_SQLITE'] && dirname(env['KITH_SQLITE'])]
  // The folder of the media exists from the first upload on.
  const folder = folders.find((path) => path && existsSync(path))
  if (folder) others.push([`the disk of ${folder}`, () => fileTime(folder)])
  if (redis) others.push(['Redis', () => redisTime(redis)])
  if (mongodb) others.push(['MongoDB', () => mongoTime(mongodb)])
  if (postgres) others.push(['PostgreSQL', () => postgresTime(postgres)])
  if (others.length === 0) {
    return [
      {
        check: 'clock',
        level: 'note',
        meaning: 'The clock was not compared with another: no server with a clock is configured.',
        cure: 'Check that NTP runs: `timedatectl` says "System clock synchronized: yes".',
      },
    ]
  }
  return await Promise.all(others.map(([name, ask]) => compare(name, ask)))
}

async function compare(name: string, ask: () => Promise<number>): Promise<Finding> {
  const before = Date.now()
  let theirs: number
  try {
    theirs = await ask()
  } catch (error) {
    return {
      check: 'clock',
      level: 'note',
      meaning: `The clock was not compared with that of ${name}: ${sentenceOf(error)}`,
      cure: `See that ${name} can be used, and run it again.`,
    }
  }
  const after = Date.now()
  // Their time was read at some moment between the two.
  const ahead = theirs < before ? theirs - before : Math.max(0, theirs - after)
  const amount = Math.abs(ahead)
  if (amount < warnMillis) return ok('clock', `Agrees with ${name} to ${Math.max(1, after - before)} ms.`)
  return {
    check: 'clock',
    level: amount < errorMillis ? 'warning' : 'error',
    meaning: `This machine is ${(amount / 1000).toFixed(1)} s ${ahead > 0 ? 'behind' : 'ahead of'} ${name}: tokens end early or late, and posts sort wrong.`,
    cure: 'Let NTP set both clocks (`timedatectl set-ntp true`).',
  }
}

async function redisTime(redis: RedisProbe): Promise<number> {
  const [seconds = 0, micros = 0] = await redis.time()
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
}

/** A network disk has its own clock, which sets the times of its files. */
async function fileTime(folder: string): Promise<number> {
  const path = join(folder, `.kith-doctor-${randomUUID()}`)
  const file = await open(path, 'wx')
  try {
    return (await file.stat()).mtimeMs
  } finally {
    await file.close()
    await rm(path, { force: true })
  }
}

async function mongoTime(mongodb: MongoProbe): Promise<number> {
  const { localTime } = (await mongodb.db('admin').command({ hello: 1 })) as { localTime?: Date }
  if (!(localTime instanceof Date)) throw new Error('MongoDB does not report its time')
  return localTime.getTime()
}

async function postgresTime(postgres: PostgresProbe): Promise<number> {
  const { rows } = await postgres.query(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint::text AS now',
  )
  const [row] = rows as { now?: string }[]
  return Number(row?.now)
}
