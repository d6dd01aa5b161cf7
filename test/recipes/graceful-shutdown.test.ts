import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { root } from '../../scripts/packages.ts'
import { makeFolder } from './temporary-folder.ts'

const patience = { timeout: 60_000 }

test('at SIGTERM the running request and job finish, and the process exits with 0', async () => {
  const database = join(makeFolder(), 'app.db')
  const child = fork(join(root, 'test/recipes/jobs-server.ts'), {
    execArgv: ['--conditions=@kith/source', '--experimental-strip-types', '--no-warnings'],
    env: { ...process.env, DATABASE: database },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let complaints = ''
  child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
  const messages: unknown[] = []
  child.on('message', (message) => messages.push(message))
  const exited = once(child, 'exit')
  await expect.poll(() => messages, patience).toContainEqual(expect.any(Number))
  const port = messages.find((message) => typeof message === 'number')
  // A failed job is retried, and its pauses leave nothing that makes Node warn.
  await expect.poll(() => complaints.split('the mail server is away').length, patience).toBeGreaterThan(12)
  expect(complaints).not.toContain('Warning')

  const answer = fetch(`http://127.0.0.1:${port}/slow`).then((response) => response.text())
  await expect.poll(() => messages, patience).toContain('request begun')
  expect(messages).toContain('job begun')
  child.kill('SIGTERM')
  expect(await answer).toBe('0')
  expect(await exited).toEqual([0, null])
  expect(messages.at(-1)).toBe('job done')
  // The storage was closed properly.
  expect(existsSync(`${database}-wal`)).toBe(false)
})
