import type { Kith, KithOptions, Viewer } from '@kith/core'
import { describe, expect, test } from 'vitest'
import { codeOf, createInstance, type Instance } from './instance.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'

const password = 'correct horse'
const email = 'ada@example.com'
const client = { address: '192.0.2.1' }
const links = { revertAddress: 'https://app.example/revert' }

interface Victim extends Instance {
  mailbox: Mailbox
  phones: Mailbox
  /** A session of the account, which a thief has as well. */
  viewer: Viewer
  /** Asks for another address, as a thief does who has the password. */
  asks(address: string): Promise<{ flow: string; code: string }>
  /** The link that a mailbox got to take a change back. */
  revertLink(to: string): { flow: string; code: string }
}

/** An account whose address is confirmed, and a thief who has a session and the password of it. */
async function victim(options: Partial<KithOptions> = {}): Promise<Victim> {
  const [mailbox, phones] = [createMailbox(), createMailbox()]
  const made = createInstance({ messages: { email: mailbox, sms: phones, links }, ...options })
  const { kith } = made
  const { user, session } = await kith.accounts.register({ username: 'ada', email, password }, client)
  await kith.accounts.verifyEmail(user.id)
  const viewer = { userId: user.id, sessionId: session.id }
  made.advance(60)
  return {
    ...made,
    mailbox,
    phones,
    viewer,
    async asks(address) {
      const { flow } = await kith.addresses.change(viewer, { email: address, currentPassword: password })
      await kith.settled()
      return { flow, code: mailbox.last('address-code', address).content.code }
    },
    revertLink(to) {
      const { link } = mailbox.last('address-changed', to).content
      return Object.fromEntries(new URLSearchParams(new URL(link ?? '').hash.slice(1))) as never
    },
  }
}

const emailOf = async (kith: Kith, { userId }: Viewer): Promise<string | null> =>
  (await kith.accounts.byId(userId))?.email ?? null

describe('a change of address that a thief has begun', () => {
  const endings: Record<string, (kith: Kith, viewer: Viewer) => Promise<unknown>> = {
    'a new password': (kith, { userId }) => kith.accounts.setPassword(userId, 'battery staple'),
    'the end of all sessions': (kith, { userId }) => kith.sessions.endAll(userId),
    'a ban': (kith, { userId }) => kith.accounts.ban(userId),
  }
  for (const [ending, end] of Object.entries(endings))
    test(`is over after ${ending}`, async () => {
      const { kith, viewer, asks } = await victim()
      const begun = await asks('thief@example.com')
      await end(kith, viewer)
      expect(await codeOf(kith.addresses.confirm(begun))).toBe('code-invalid')
      expect(await emailOf(kith, viewer)).toBe(email)
    })

  test('is over after another one was taken back', async () => {
    const { kith, viewer, asks, revertLink } = await victim()
    const [first, second] = [await asks('thief@example.com'), await asks('another@example.com')]
    await kith.addresses.confirm(first)
    await kith.settled()
    await kith.addresses.revert(revertLink(email))
    expect(await codeOf(kith.addresses.confirm(second))).toBe('code-invalid')
    expect(await emailOf(kith, viewer)).toBe(email)
  })
})
