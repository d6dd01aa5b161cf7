import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Storage } from '@kith/core/ports'
import { expect } from 'vitest'
import { sampleCode } from '../kit-samples.ts'
import type { Consumption } from './consumer.ts'

const execArgv = [
  '--conditions=@kith/source',
  '--experimental-strip-types',
  '--disable-warning=ExperimentalWarning',
]

/** Asserts that of 20 concurrent consumes of a code, 10 in each of two processes, exactly one wins. */
export async function demandOneWinner(
  storage: Storage,
  consumer: { script: string; args: string[] },
): Promise<void> {
  const children = [0, 1].map(() =>
    fork(consumer.script, consumer.args, { execArgv, serialization: 'advanced' }),
  )
  try {
    await Promise.all(children.map((child) => heardOf(child)))
    const codes = Array.from({ length: 20 }, () => sampleCode())
    for (const code of codes) await storage.codes.issue(code)
    const consumption: Consumption = {
      codes: codes.map(({ purpose, subject, hashes: [hash = ''], createdAt: now }) => ({
        ...{ purpose, subject, hash, now },
      })),
      times: 10,
    }
    const wins = children.map((child) => heardOf<number[]>(child))
    for (const child of children) child.send(consumption)
    const [one = [], other = []] = await Promise.all(wins)
    expect(one.map((won, code) => won + (other[code] ?? 0))).toEqual(codes.map(() => 1))
  } finally {
    for (const child of children) child.kill('SIGKILL')
  }
}

/** The next message from a process. */
async function heardOf<Message>(child: ChildProcess): Promise<Message> {
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('The consumer ended')))
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [Message]
  return message
}
