import { execFile, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Verbs } from '../../test/processes/entry.ts'
import { createMediaProcesses, type MediaProcesses, type MediaProcessesOptions } from './media-processes.ts'

const entry = new URL('../../test/processes/entry.ts', import.meta.url)
const host = fileURLToPath(new URL('../../test/processes/host.ts', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'kith-processes-'))
const opened: MediaProcesses<Verbs>[] = []
const someone = { key: 'someone' }

afterEach(() => Promise.all(opened.splice(0).map((pool) => pool.close())))
afterAll(() => rm(folder, { recursive: true }))

function open(options: Partial<MediaProcessesOptions> = {}): MediaProcesses<Verbs> {
  const limits = { concurrency: 1, maxWaiting: 100, maxSeconds: 60, maxResidentBytes: 256 * 2 ** 20 }
  const pool = createMediaProcesses<Verbs>({ entry, ...limits, ...options })
  opened.push(pool)
  return pool
}

function pidOf(pool: MediaProcesses<Verbs>): Promise<number> {
  return pool.run(someone, { verb: 'pid', arguments: [] })
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('jobs run in a separate process, which stays for the next job', async () => {
  const pool = open()
  const first = await pidOf(pool)
  expect(first).not.toBe(process.pid)
  expect(await pidOf(pool)).toBe(first)
})

test('no two of 20 parallel jobs run in one process at the same time', async () => {
  const pool = open({ concurrency: 3 })
  const jobs = Array.from({ length: 20 }, () => pool.run(someone, { verb: 'overlap', arguments: [20] }))
  expect(new Set(await Promise.all(jobs))).toEqual(new Set([1]))
})

describe('a job', () => {
  type Job = Parameters<MediaProcesses<Verbs>['run']>[1]
  test.each<{ what: string; job: Job; maxSeconds?: number; code: string }>([
    {
      what: 'that spins',
      job: { verb: 'spin', arguments: [join(folder, 'pid')] },
      maxSeconds: 1,
      code: 'media-too-complex',
    },
    {
      what: 'that allocates more and more memory',
      job: { verb: 'swell', arguments: [] },
      code: 'media-too-complex',
    },
    { what: 'that aborts', job: { verb: 'abort', arguments: [] }, code: 'media-unreadable' },
    { what: 'that ends its process', job: { verb: 'leave', arguments: [0] }, code: 'media-unreadable' },
    { what: 'that writes endlessly', job: { verb: 'babble', arguments: [] }, code: 'media-unreadable' },
    {
      what: 'that writes something that is not a reply',
      job: { verb: 'mumble', arguments: [] },
      code: 'media-unreadable',
    },
  ])('$what is refused, and the next job gets a fresh process', async ({ job, maxSeconds = 60, code }) => {
    const pool = open({ maxSeconds })
    const before = await pidOf(pool)
    const failing = pool.run(someone, job)
    const next = pidOf(pool)
    await expect(failing).rejects.toMatchObject({ code })
    expect(await next).not.toBe(before)
    expect(isAlive(before)).toBe(false)
  })

  test('that throws keeps its code and detail, with the process', async () => {
    const pool = open()
    const before = await pidOf(pool)
    await expect(pool.run(someone, { verb: 'refuse', arguments: [] })).rejects.toMatchObject({
      code: 'media-too-large',
      status: 413,
      detail: 'Send a smaller one.',
      cause: { message: 'why' },
    })
    await expect(pool.run(someone, { verb: 'miss', arguments: [] })).rejects.toMatchObject({
      code: 'ENOENT',
      syscall: 'open',
    })
    expect(await pidOf(pool)).toBe(before)
  })

  test('that leaves much memory behind does not burden the next', async () => {
    const pool = open({ maxResidentBytes: 512 * 2 ** 20 })
    const before = await pidOf(pool)
    await pool.run(someone, { verb: 'keep', arguments: [300] })
    expect(await pidOf(pool)).not.toBe(before)
  })

  test.runIf(process.platform === 'linux')(
    'that leaves much memory mapped does not reduce the memory of the next',
    async () => {
      const pool = open({ maxResidentBytes: 512 * 2 ** 20 })
      const before = await pidOf(pool)
      await pool.run(someone, { verb: 'reserve', arguments: [300] })
      expect(await pidOf(pool)).not.toBe(before)
    },
  )

  test('that finds its idle process dead gets another process', async () => {
    const pool = open()
    const before = await pidOf(pool)
    process.kill(before, 'SIGKILL')
    expect(await pidOf(pool)).not.toBe(before)
  })
})

test('a process has no access to the host: no environment, no folder and no file', async () => {
  process.env['KITH_TEST_SECRET'] = 'PRIVATE'
  onTestFinished(() => void delete process.env['KITH_TEST_SECRET'])
  const pool = open()
  const { environment, cwd } = await pool.run(someone, { verb: 'tell', arguments: [] })
  expect(Object.values(environment)).not.toContain('PRIVATE')
  expect(environment).not.toHaveProperty('NODE_OPTIONS')
  expect(environment).not.toHaveProperty('HOME')
  expect(cwd).toMatch(/kith-file-\w+$/)
  expect(environment['TMPDIR']).toBe(cwd)
  await pool.close()
  expect(existsSync(cwd)).toBe(false)
})

test.runIf(process.platform === 'linux')(
  'the kernel kills it before the server, and knows its memory limit',
  async () => {
    const pid = await pidOf(open())
    expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim()).toBe('1000')
    const limits = readFileSync(`/proc/${pid}/limits`, 'utf8')
    const [, bytes] = /^Max data size +(\d+)/m.exec(limits) ?? []
    expect(Number(bytes)).toBeLessThan(2 * 2 ** 30)
  },
)

test('an idle process ends after a while', async () => {
  const pool = open({ idleSeconds: 0.2 })
  const pid = await pidOf(pool)
  await expect.poll(() => isAlive(pid)).toBe(false)
  expect(await pidOf(pool)).not.toBe(pid)
})

test('closing rejects running jobs as busy, and a later job starts a new process', async () => {
  const pool = open()
  const pid = await pidOf(pool)
  const path = join(folder, 'closing')
  const running = pool.run(someone, { verb: 'spin', arguments: [path] })
  const refused = expect(running).rejects.toMatchObject({ code: 'busy' })
  await expect.poll(() => existsSync(path)).toBe(true)
  await pool.close()
  await refused
  expect(isAlive(pid)).toBe(false)
  expect(await pidOf(pool)).not.toBe(pid)
})

test('closing also ends a process that is still starting', async () => {
  const pool = open()
  const refused = expect(pidOf(pool)).rejects.toMatchObject({ code: 'busy' })
  await new Promise((resolve) => setImmediate(resolve))
  await pool.close()
  await refused
})

test('accounts take turns, no matter which one sends the most jobs', async () => {
  const pool = open()
  const order: string[] = []
  const run = async (key: string): Promise<void> => {
    await pool.run({ key }, { verb: 'overlap', arguments: [5] })
    order.push(key)
  }
  const many = Array.from({ length: 8 }, () => run('many'))
  await Promise.all([...many, run('one')])
  expect(order.indexOf('one')).toBeLessThanOrEqual(2)
})

test('jobs beyond the waiting limit are rejected as busy', async () => {
  const pool = open({ maxWaiting: 2 })
  const jobs = Array.from({ length: 5 }, () => pool.run(someone, { verb: 'overlap', arguments: [50] }))
  const codes = await Promise.all(
    jobs.map((job) =>
      job.then(
        () => 'done',
        (error: { code: string }) => error.code,
      ),
    ),
  )
  expect(codes.toSorted()).toEqual(['busy', 'busy', 'done', 'done', 'done'])
})

describe('a process that cannot be started', () => {
  test('because its module is missing is a build error, thrown immediately', () => {
    expect(() => open({ entry: new URL('lost.js', entry) })).toThrow(/lost\.js is missing.*isolation: 'none'/)
  })

  test('because its module throws is a 503, and the error is kept for the log', async () => {
    const path = join(folder, 'failing.mjs')
    writeFileSync(path, "throw new Error('no such library')")
    const error = await pidOf(open({ entry: pathToFileURL(path) })).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'busy', status: 503 })
    const { cause } = error as { cause: Error & { cause: { cause: Error } } }
    expect(cause.message).toContain("isolation: 'none'")
    expect(cause.cause.cause.message).toContain('no such library')
  })

  test('because the system refuses it is a 503', async () => {
    const { execPath } = process
    onTestFinished(() => void (process.execPath = execPath))
    process.execPath = join(folder, 'no-node')
    const pool = open()
    await expect(pidOf(pool)).rejects.toMatchObject({
      code: 'busy',
      cause: { message: expect.stringContaining("isolation: 'none'"), cause: { code: 'ENOENT' } },
    })
    process.execPath = execPath
    expect(await pidOf(pool)).toBeGreaterThan(0)
  })
})

describe('a server', () => {
  const flags = ['--conditions=@kith/source', '--experimental-strip-types', host]

  test('waits for its jobs, exits when they are done, and its processes end with it', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, 'pid'])
    const pid = Number(stdout)
    expect(pid).toBeGreaterThan(0)
    await expect.poll(() => isAlive(pid)).toBe(false)
  })

  test.skipIf(process.platform === 'win32')(
    'without a free file descriptor survives, refuses jobs that need a process, and still ends one that uses too much memory',
    async () => {
      const command = ['-c', 'ulimit -n 100; exec "$@"', 'sh', process.execPath, ...flags, 'exhausted']
      const { stdout } = await promisify(execFile)('sh', command)
      const [cold, swelling, afterwards] = stdout.trim().split('\n')
      expect({ cold, swelling }).toEqual({ cold: 'busy', swelling: 'media-too-complex' })
      expect(Number(afterwards)).toBeGreaterThan(0)
    },
  )

  test('that is killed takes its processes with it, even one that spins', async () => {
    const path = join(folder, 'orphan')
    const server = spawn(process.execPath, [...flags, 'spin', path], { stdio: 'ignore' })
    onTestFinished(() => void server.kill('SIGKILL'))
    await expect.poll(() => existsSync(path) && readFileSync(path, 'utf8')).toBeTruthy()
    const pid = Number(readFileSync(path, 'utf8'))
    expect(isAlive(pid)).toBe(true)
    server.kill('SIGKILL')
    await expect.poll(() => isAlive(pid)).toBe(false)
  })
})
