import { type ChildProcess, fork } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { verifySignature } from '@kith/core/messages'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { mailingKith, type Shared } from './mail-kill/kith.ts'

// Node 22.13 needs a flag to strip types.
const execArgv = [
  '--conditions=@kith/source',
  '--experimental-strip-types',
  '--disable-warning=ExperimentalWarning',
]

/** Where a process is killed between the account and the 200 of its gateway. */
const windows = ['committed', 'request', 'taken', 'accepted'] as const
type Window = (typeof windows)[number]
const rounds = windows.length * Number(process.env['KITH_KILL_ROUNDS'] ?? 1)
/** How many times the gateway has received the message then; `null` if it depends on timing whether its 200 was stored. */
const takenAfter: Readonly<Record<Window, number | null>> = {
  committed: null,
  request: 1,
  // The gateway has the message, but the process did not receive the response.
  taken: 2,
  accepted: null,
}

test(
  'a process that is killed anywhere between an account and its gateway loses no message; a repeated one has the same webhook-id',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kith-gateway-kill-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'app.db')
    const storage = createSqliteStorage({ path })
    await storage.migrate()
    await storage.close()

    /** Reports whether this killed a process. */
    let reached: (window: Window) => boolean = () => false
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    const taken: { id: string; to: string }[] = []
    const server = createServer((request, response) => {
      void (async () => {
        const { headers } = request
        // The gateway has not read its input yet, and knows nothing of it.
        if (reached('request')) return
        const body = await text(request)
        expect(verifySignature({ headers, body }, { secret })).toBe(true)
        const { id, to } = JSON.parse(body) as { id: string; to: string }
        expect([headers['webhook-id'], headers['idempotency-key']]).toEqual([id, id])
        taken.push({ id, to })
        reached('taken')
        response.end()
      })().catch(() => response.destroy())
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const shared: Shared = { path, to: { gateway: `http://127.0.0.1:${port}/messages`, secret } }
    const worker = fileURLToPath(new URL('mail-kill/worker.ts', import.meta.url))
    const ids: string[] = []
    const takenOf = (name: string) => taken.filter(({ to }) => to === `${name}@example.com`)

    for (let round = 0; round < rounds; round++) {
      const window = windows[round % windows.length] ?? 'committed'
      const name = `person${round}`
      const child = fork(worker, [JSON.stringify(shared), name], {
        execArgv,
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      })
      await killAt(child, { window, delay: Math.floor(round / windows.length) % 5 })
      reached = () => false

      // The leases of the killed processes have expired.
      const kith = mailingKith(shared, () => new Date(Date.now() + 120_000))
      expect(await kith.accounts.find(name)).toMatchObject({ waitingSince: null })
      const before = takenOf(name).length
      for (const _again of [1, 2]) await kith.upkeep.run()
      await kith.close()
      const messages = takenOf(name)
      expect(new Set(messages.map(({ id }) => id)).size, `${window}: one webhook-id`).toBe(1)
      expect(messages.length, `${window}: it was sent a third time`).toBeLessThanOrEqual(2)
      if (before === 0) expect(messages, `${window}: it was not accepted before`).toHaveLength(1)
      if (takenAfter[window] !== null) expect(messages.length, window).toBe(takenAfter[window])
      ids.push(messages[0]?.id ?? '')
    }
    expect(new Set(ids).size, 'every message has a distinct id').toBe(rounds)

    /** Kills a worker with `SIGKILL` once it has reached this point. */
    async function killAt(
      child: ChildProcess,
      { window, delay }: { window: Window; delay: number },
    ): Promise<void> {
      const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
      reached = (here) => {
        // After the 200, which follows from this.
        if (window === 'accepted' && here === 'taken') setTimeout(() => child.kill('SIGKILL'), delay)
        return here === window && child.kill('SIGKILL')
      }
      if (window === 'committed') child.stdout?.once('data', () => child.kill('SIGKILL'))
      expect(await ended, 'it went on until it was killed').toBe('SIGKILL')
      // Everything that it sent to the gateway before is read completely.
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  },
  rounds * 30_000,
)
