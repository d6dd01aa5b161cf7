import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { MessageRefused, type Message } from '@kith/core/ports'
import { describe, expect, test, vi } from 'vitest'
import { email, instance, password, signsIn } from './coded-app.ts'
import { createMailbox } from './mailbox.ts'

describe('messages', () => {
  test('a message that cannot be sent is retried with the same id, even by another process, and dropped when it expires', async () => {
    let down = true
    const tried: string[] = []
    const mailbox = createMailbox(({ id }) => {
      tried.push(id)
      if (down) throw new Error('the server is away')
    })
    const made = instance({ mailbox })
    const { kith, advance, logged, options } = made
    await kith.accounts.register({ username: 'ada', email, password })
    await kith.recovery.begin({ login: 'ada' })
    await kith.settled()
    expect(mailbox.messages).toEqual([])
    expect(logged.map(([, { event }]) => event)).toContain('message.not-sent')
    down = false
    advance(2)
    const other = createKith(options)
    expect(await other.upkeep.run()).toMatchObject({ messages: 1 })
    expect(mailbox.messages).toHaveLength(1)
    expect(new Set(tried).size).toBe(1)
    down = true
    await kith.recovery.begin({ login: 'ada' })
    await kith.settled()
    down = false
    advance(600)
    await kith.upkeep.run()
    expect(mailbox.messages).toHaveLength(1)
    expect(await kith.storage.messages.backlog(10)).toMatchObject({ count: 0 })
  })

  test('the process retries by itself after a second', async () => {
    let fails = 1
    const mailbox = createMailbox(() => {
      if (fails-- > 0) throw new Error('the server is away')
    })
    const { kith } = instance({ mailbox, clock: () => new Date() })
    await kith.accounts.register({ username: 'ada', email, password })
    await kith.recovery.begin({ login: 'ada' })
    await vi.waitFor(() => expect(mailbox.messages).toHaveLength(1), { timeout: 4_000, interval: 50 })
  })

  test('even if the storage was unavailable', async () => {
    const { kith, mailbox, options } = instance({ clock: () => new Date() })
    const { messages } = options.storage
    const { claim } = messages
    await kith.accounts.register({ username: 'ada', email, password })
    await kith.settled()
    messages.claim = () => {
      messages.claim = claim
      return Promise.reject(new Error('the storage is away'))
    }
    await kith.recovery.begin({ login: 'ada' })
    await vi.waitFor(() => expect(mailbox.messages).toHaveLength(1), { timeout: 4_000, interval: 50 })
  })

  test('message contents that a messenger quotes in its errors are not logged', async () => {
    const seen: string[] = []
    const mailbox = createMailbox((message) => {
      seen.push(JSON.stringify(message.content), message.to)
      throw new Error(`550 rejected: ${JSON.stringify(message)}`)
    })
    const { kith, logged } = instance({ mailbox })
    await kith.accounts.register({ username: 'ada', email, password })
    await kith.recovery.begin({ login: 'ada' })
    await kith.settled()
    const [content = ''] = seen
    const { code, link } = JSON.parse(content) as { code: string; link: string }
    const text = JSON.stringify(logged)
    expect(text).toContain('550 rejected')
    for (const secret of [
      email,
      code,
      link,
      new URLSearchParams(new URL(link).hash.slice(1)).get('code') ?? '',
    ])
      expect(text).not.toContain(secret)
  })

  test('a refused message is not retried', async () => {
    const seen: Message[] = []
    const mailbox = createMailbox((message) => {
      seen.push(message)
      throw new MessageRefused('no such mailbox')
    })
    const { kith, logged } = instance({ mailbox })
    await kith.accounts.register({ username: 'ada', email, password })
    await kith.recovery.begin({ login: 'ada' })
    await kith.settled()
    await kith.upkeep.run()
    expect(seen).toHaveLength(1)
    expect(logged.map(([, { event }]) => event)).toEqual(['message.refused'])
  })

  test('stored rows reveal neither a code nor a recipient, nor whether there is one', async () => {
    const storage = createMemoryStorage()
    const rows: string[] = []
    const issue: typeof storage.codes.issue = async (code, outbox) => {
      const written = outbox?.() ?? []
      rows.push(
        JSON.stringify([
          { ...code, subject: '', hashes: [], userId: null },
          written.map(({ payload }) => payload.length),
        ]),
      )
      await storage.codes.issue(code, () => written)
    }
    const mailbox = createMailbox()
    const { kith } = instance({ mailbox, storage: { ...storage, codes: { ...storage.codes, issue } } })
    await kith.accounts.register({ username: 'ada', email, password })
    await kith.recovery.begin({ login: 'ada' })
    await kith.recovery.begin({ login: 'nobody' })
    await kith.settled()
    const { code } = mailbox.last('password-reset').content
    for (const row of rows) {
      expect(row).not.toContain(email)
      expect(row).not.toContain(`"${code}"`)
    }
    expect(new Set(rows.map((row) => row.length)).size).toBe(1)
  })

  test('after a rotation of the secret, codes and messages from before can still be read', async () => {
    const old = 'a secret of the tests, of 32 characters or more'
    const mailbox = createMailbox()
    const { kith, options } = instance({ mailbox })
    await kith.accounts.register({ username: 'ada', email, password })
    const { flow } = await kith.recovery.begin({ login: 'ada' })
    await kith.settled()
    const next = createKith({
      ...options,
      secret: { current: 'another secret, also of 32 characters', previous: [old] },
    })
    const { code } = mailbox.last('password-reset').content
    await next.recovery.reset({ flow, code, password: 'battery staple' })
    expect(await signsIn(next, 'ada', 'battery staple')).toBe(true)
  })
})
