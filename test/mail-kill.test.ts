import { type ChildProcess, fork } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { makeCertificate, startMailServer } from '../packages/mail-smtp/test/mail-server.ts'
import { mailingKith } from './mail-kill/kith.ts'
import { opensslMissing } from './servers/openssl.ts'

// Node 22.13 needs a flag to strip types.
const execArgv = [
  '--conditions=@kith/source',
  '--experimental-strip-types',
  '--disable-warning=ExperimentalWarning',
]

/** Where a process is killed between the account and the end of its email. */
const windows = ['committed', 'connect', 'mail-from', 'rcpt-to', 'data', 'accepted'] as const
type Window = (typeof windows)[number]
/** How often each. `KITH_KILL_ROUNDS=10` makes 60 in total. */
const rounds = windows.length * Number(process.env['KITH_KILL_ROUNDS'] ?? 2)
/** How many emails exist then; `null` if it depends on timing whether the server's 250 was stored. */
const mailsAfter: Readonly<Record<Window, number | null>> = {
  committed: null,
  connect: 1,
  'mail-from': 1,
  'rcpt-to': 1,
  // The server has accepted and stored it, but the process did not receive the response.
  data: 2,
  accepted: null,
}

test.skipIf(opensslMissing)(
  'a process that is killed anywhere between an account and its email loses no email; only one that died after the 250 sends it again, with the same Message-ID (needs openssl)',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kith-mail-kill-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'app.db')
    const storage = createSqliteStorage({ path })
    await storage.migrate()
    await storage.close()

    let reached: (window: Window) => void = () => {}
    const at = (window: Window) => (_of: unknown, _session: unknown, done: () => void) => {
      reached(window)
      done()
    }
    const certificate = makeCertificate()
    const server = await startMailServer({
      ...certificate,
      onMailFrom: at('mail-from'),
      onRcptTo: at('rcpt-to'),
      onConnect(_session, done) {
        reached('connect')
        done()
      },
      onClose: () => {},
    })
    server.onData = () => {
      reached('data')
      return Promise.resolve()
    }
    const shared = { path, to: { port: server.port, ca: certificate.cert } }
    const worker = fileURLToPath(new URL('mail-kill/worker.ts', import.meta.url))
    const told: string[] = []

    for (let round = 0; round < rounds; round++) {
      const window = windows[round % windows.length] ?? 'committed'
      const name = `person${round}`
      const child = fork(worker, [JSON.stringify(shared), name], {
        execArgv,
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      })
      await killAt(child, { window, delay: Math.floor(round / windows.length) % 5 })
      reached = () => {}

      // The leases of the killed processes have expired.
      const kith = mailingKith(shared, () => new Date(Date.now() + 120_000))
      expect(await kith.accounts.find(name)).toMatchObject({ waitingSince: null })
      const before = server.received.filter(({ to }) => to[0] === `${name}@example.com`).length
      for (const _again of [1, 2]) await kith.upkeep.run()
      await kith.close()
      const mails = server.received.filter(({ to }) => to[0] === `${name}@example.com`)
      expect(new Set(mails.map(({ mail }) => mail.messageId)).size, `${window}: one Message-ID`).toBe(1)
      expect(mails.length, `${window}: it was lost, or sent a third time`).toBeLessThanOrEqual(2)
      if (before === 0) expect(mails, `${window}: it was not accepted before`).toHaveLength(1)
      if (mailsAfter[window] !== null) expect(mails.length, window).toBe(mailsAfter[window])
      told.push(`${window} ${before} ${mails.length}`)
      if (process.env['KITH_KILL_LOG']) appendFileSync(process.env['KITH_KILL_LOG'], `${told.at(-1)}\n`)
    }
    expect(told).toHaveLength(rounds)

    /** Kills a worker with `SIGKILL` once it has reached this point. */
    async function killAt(
      child: ChildProcess,
      { window, delay }: { window: Window; delay: number },
    ): Promise<void> {
      const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
      reached = (here) => {
        if (here === window) child.kill('SIGKILL')
        // After the 250, which follows from this.
        if (window === 'accepted' && here === 'data') setTimeout(() => child.kill('SIGKILL'), delay)
      }
      if (window === 'committed') child.stdout?.once('data', () => child.kill('SIGKILL'))
      expect(await ended, 'it went on until it was killed').toBe('SIGKILL')
      // Everything that it sent to the server before is read completely.
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  },
  rounds * 30_000,
)
