import { Console } from 'node:console'
import { PassThrough } from 'node:stream'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import winston from 'winston'
import { KithError } from '../errors.ts'
import { createLog } from './log.ts'
import type { LogFields, Logger } from './logger.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

/** Collects what a logger writes. */
function collect() {
  const stream = new PassThrough()
  const chunks: string[] = []
  stream.on('data', (chunk) => chunks.push(String(chunk)))
  const text = (): string => chunks.join('')
  const json = (): Record<string, unknown>[] =>
    text()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { stream, text, json }
}

const cause = new Error('the disk is gone')
const failure = {
  message: 'GET /x: storage-failed, 100%s',
  detail: 'Run migrate() first.',
  error: cause,
  fields: { requestId: 'r1', userId: null, seconds: 0.5 },
}
const described = {
  name: 'Error',
  message: 'the disk is gone',
  stack: expect.stringMatching(/^ {4}at /) as string,
}

describe('an existing logger', () => {
  test('pino: the fields next to the message', () => {
    const { stream, json } = collect()
    const log = createLog(pino(stream))
    log.error('request.failed', failure)
    log.info('request.ended', { message: 'GET /x: 200' })
    expect(json()).toMatchObject([
      {
        level: 50,
        msg: 'GET /x: storage-failed, 100%s',
        event: 'request.failed',
        requestId: 'r1',
        seconds: 0.5,
        detail: 'Run migrate() first.',
        error: described,
      },
      { level: 30, msg: 'GET /x: 200', event: 'request.ended' },
    ])
    expect(json()[0]).not.toHaveProperty('userId')
  })

  test('pino: levels are checked for each line, and a child logger adds its fields', () => {
    const { stream, json } = collect()
    const logger = pino({ level: 'warn' }, stream)
    const log = createLog(logger)
    expect(log.takesInfo()).toBe(false)
    logger.level = 'info'
    expect(log.takesInfo()).toBe(true)
    log.via(logger.child({ reqId: 'req-1' })).warn('redis.full')
    log.warn('redis.full')
    expect(json()).toMatchObject([{ reqId: 'req-1', event: 'redis.full' }])
  })

  test('winston: the fields next to the message, whatever it contains', () => {
    const { stream, json } = collect()
    const logger = winston.createLogger({
      format: winston.format.combine(winston.format.splat(), winston.format.json()),
      transports: [new winston.transports.Stream({ stream })],
    })
    const log = createLog(logger)
    log.error('request.failed', failure)
    createLog(logger.child({ service: 'app' })).warn('redis.full')
    expect(json()).toMatchObject([
      {
        level: 'error',
        message: 'GET /x: storage-failed, 100%s',
        event: 'request.failed',
        requestId: 'r1',
        detail: 'Run migrate() first.',
        error: described,
      },
      { level: 'warn', service: 'app', event: 'redis.full' },
    ])
    expect(log.takesInfo()).toBe(true)
    logger.level = 'error'
    expect(log.takesInfo()).toBe(false)
  })

  test('winston with syslog levels: warnings are `warning`', () => {
    const { stream, json } = collect()
    const transports = [new winston.transports.Stream({ stream })]
    const logger = winston.createLogger({ levels: winston.config.syslog.levels, transports })
    createLog(logger).warn('redis.full')
    expect(json()).toMatchObject([{ level: 'warning', event: 'redis.full' }])
  })

  test('console: text quoted in an error forges no line, no stack frame and no terminal command', () => {
    const { stream, text } = collect()
    const log = createLog(new Console(stream))
    const forged =
      'x\n[kith] request.failed: GET /: internal-error\n    at hunter2 (/app.js:1:1)\u001b[2J\r\u202eabc'
    log.error('request.failed', {
      message: 'GET /x: internal-error\n[kith] a',
      detail: forged,
      error: new Error('outer', { cause: new Error(forged) }),
      fields: { requestId: 'a\n[kith] b' },
    })
    const lines = text().split('\n')
    expect(lines.filter((line) => line.startsWith('[kith]'))).toHaveLength(1)
    expect(lines.filter((line) => /^ {0,4}at hunter2/.test(line))).toEqual([])
    expect(text()).not.toMatch(/[\u001b\r\u202e]/)
  })

  test('pino: a message contains no control characters and no stack frames', () => {
    const { stream, json } = collect()
    const error = new Error('x\u001b[2J\n    at hunter2 (/app.js:1:1)')
    createLog(pino(stream)).error('request.failed', { error })
    const { error: written } = json()[0] as { error: { message: string; stack: string } }
    expect(written.message).not.toContain('\u001b')
    expect(written.stack).toMatch(/^ {4}at /)
    expect(written.stack).not.toContain('hunter2')
  })

  test('console: a readable line with the error below it, and no line per request', () => {
    const { stream, text } = collect()
    const log = createLog(new Console(stream))
    log.error('request.failed', { ...failure, error: new KithError('storage-failed', { cause }) })
    expect(log.takesInfo()).toBe(false)
    const [first, ...below] = text().split('\n')
    expect(first).toBe(
      '[kith] request.failed: GET /x: storage-failed, 100%s requestId=r1 seconds=0.5 detail=Run migrate() first.',
    )
    expect(below.join('\n')).toMatch(
      /^ {2}KithError \(storage-failed\): The storage failed\n {2}caused by\n {2}Error: the disk is gone\n {4}at /,
    )
  })

  test('custom: a message and its fields; missing methods are skipped', () => {
    const lines: unknown[][] = []
    const log = createLog({ warn: (...line) => lines.push(line) })
    log.warn('redis.full', { fields: { free: 0 } })
    log.error('request.failed', failure)
    expect(log.takesInfo()).toBe(false)
    expect(lines).toEqual([[expect.stringContaining('Redis is full'), { event: 'redis.full', free: 0 }]])
  })

  test('a logger that throws breaks nothing', () => {
    const fail = (): void => {
      throw new Error('no disk for logs')
    }
    const failing: Logger = { warn: fail, error: fail }
    expect(() => createLog(failing).error('request.failed', failure)).not.toThrow()
  })

  test('the logger types are compatible', () => {
    const loggers: Logger[] = [pino(collect().stream), winston.createLogger({ silent: true }), console]
    expect(loggers).toHaveLength(3)
  })
})

describe('repeated lines', () => {
  function open() {
    const lines: (readonly [string, LogFields])[] = []
    const write = (...line: readonly [string, LogFields]): void => void lines.push(line)
    const repeats = (): (number | undefined)[] => lines.map(([, { repeated }]) => repeated)
    const logger: Logger = { warn: write, error: write }
    return { log: createLog(logger), lines, repeats }
  }

  test('are written first, then once every ten seconds with their count, and not after they stop', () => {
    const { log, lines, repeats } = open()
    for (let index = 0; index < 1_000; index++)
      log.error('request.failed', { message: 'a', fields: { index } })
    expect(repeats()).toEqual([undefined])
    vi.advanceTimersByTime(10_000)
    expect(repeats()).toEqual([undefined, 999])
    expect(lines.map(([, { index }]) => index)).toEqual([0, 999])
    vi.advanceTimersByTime(60_000)
    expect(lines).toHaveLength(2)
    expect(vi.getTimerCount()).toBe(0)
    log.error('request.failed', { message: 'a' })
    expect(lines).toHaveLength(3)
  })

  test('are counted as long as they continue', () => {
    const { log, repeats } = open()
    for (let second = 0; second < 60; second++) {
      log.error('request.failed', { message: 'a' })
      vi.advanceTimersByTime(1_000)
    }
    const counts = repeats().map((count) => count ?? 1)
    expect(counts.length).toBeLessThanOrEqual(7)
    log.flush()
    const sum = repeats().reduce<number>((total, count) => total + (count ?? 1), 0)
    expect(sum).toBe(60)
  })

  test('of different kinds do not delay each other', () => {
    const { log, repeats } = open()
    for (const message of ['a', 'b', 'a', 'b']) log.error('request.failed', { message })
    log.warn('redis.full')
    expect(repeats()).toEqual([undefined, undefined, undefined])
  })

  test('are written at the end of the process', () => {
    const { log, repeats } = open()
    for (let index = 0; index < 5; index++) log.error('request.failed', { message: 'a' })
    log.flush()
    log.flush()
    expect(repeats()).toEqual([undefined, 4])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('of any number of kinds use bounded memory and lose no count', () => {
    const { log, lines, repeats } = open()
    for (let round = 0; round < 2; round++)
      for (let kind = 0; kind < 2_000; kind++) {
        log.error('request.failed', { message: `${round} ${kind}` })
        log.error('request.failed', { message: `${round} ${kind}` })
      }
    // All but the last 500 have been evicted, and their counts were written.
    expect(repeats().filter((count) => count === 1)).toHaveLength(3_500)
    log.flush()
    expect(lines).toHaveLength(8_000)
  })

  test('cost almost nothing: an error is described only for a line that is written', () => {
    const { log } = open()
    const described = vi.fn(() => 'x')
    const error = Object.defineProperty(new Error(), 'message', { get: described })
    log.error('request.failed', { message: 'a', error })
    const once = described.mock.calls.length
    expect(once).toBeGreaterThan(0)
    for (let index = 0; index < 1_000; index++) log.error('request.failed', { message: 'a', error })
    expect(described).toHaveBeenCalledTimes(once)
  })
})
