import { writeFileSync, writeSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { KithError } from '../../src/errors.ts'
import { serveMediaJobs } from '../../src/adapter/serve-media-jobs.ts'

let running = 0
const kept: Buffer[] = []

/** Jobs that behave well, and jobs that do what a hostile file can make a decoder do. */
const verbs = {
  async pid(): Promise<number> {
    return process.pid
  },
  async tell(): Promise<{ environment: Record<string, string | undefined>; cwd: string }> {
    return { environment: process.env, cwd: process.cwd() }
  },
  async overlap(millis: number): Promise<number> {
    const seen = ++running
    await wait(millis)
    running--
    return seen
  },
  /** Blocks the event loop completely, including for what would end it. */
  async spin(path: string): Promise<void> {
    writeFileSync(path, String(process.pid))
    for (;;);
  },
  async swell(): Promise<never> {
    const held: Buffer[] = []
    for (;;) {
      held.push(Buffer.alloc(8 * 2 ** 20, 1))
      await wait(1)
    }
  },
  async abort(): Promise<never> {
    return process.abort()
  },
  async leave(code: number): Promise<never> {
    return process.exit(code)
  },
  async keep(mebibytes: number): Promise<number> {
    kept.push(...Array.from({ length: mebibytes }, () => Buffer.alloc(2 ** 20, 1)))
    return kept.length
  },
  /** Maps memory without using it, as decoders do. */
  async reserve(mebibytes: number): Promise<number> {
    kept.push(Buffer.allocUnsafeSlow(mebibytes * 2 ** 20))
    return kept.length
  },
  async mumble(): Promise<never> {
    writeSync(3, 'null\n{}\n[[[\n')
    return (await wait(60_000)) as never
  },
  async babble(): Promise<never> {
    writeSync(3, 'x'.repeat(200_000))
    return (await wait(60_000)) as never
  },
  async refuse(): Promise<never> {
    throw new KithError('media-too-large', { detail: 'Send a smaller one.', cause: new Error('why') })
  },
  async miss(): Promise<never> {
    throw Object.assign(new Error('no such file'), { code: 'ENOENT', syscall: 'open' })
  },
}

export type Verbs = typeof verbs

serveMediaJobs(verbs)
