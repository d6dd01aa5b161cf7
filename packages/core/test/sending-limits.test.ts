import { describe, expect, test } from 'vitest'
import { client, email, instance, password } from './coded-app.ts'
import { codeOf } from './instance.ts'

describe('limits', () => {
  // asvs: 6.6.3
  test('a client can send four messages in ten minutes to a recipient, whether the account exists or not', async () => {
    const { kith } = instance()
    await kith.accounts.register({ username: 'ada', email, password })
    for (const login of ['ada', 'nobody']) {
      const codes: string[] = []
      for (let asked = 0; asked < 5; asked++) codes.push(await codeOf(kith.recovery.begin({ login }, client)))
      expect(codes).toEqual(['no error', 'no error', 'no error', 'no error', 'rate-limited'])
    }
  })

  // asvs: 6.6.3
  test('a mailbox cannot be flooded by many clients, which is not revealed to them', async () => {
    const { kith, mailbox } = instance()
    await kith.accounts.register({ username: 'ada', email, password })
    for (let asked = 0; asked < 25; asked++)
      await kith.recovery.begin({ login: 'ada' }, { address: `198.51.100.${asked}` })
    await kith.settled()
    expect(mailbox.messages).toHaveLength(20)
  })

  test('resent codes count as well, and beyond the limit the last sent code still works', async () => {
    const { kith, mailbox } = instance()
    await kith.accounts.register({ username: 'ada', email, password })
    const clientAt = (host: number) => ({ address: `198.51.100.${host}` })
    let flow = ''
    for (let asked = 0; asked < 10; asked++) {
      ;({ flow } = await kith.recovery.begin({ login: 'ada' }, clientAt(asked)))
      await kith.settled()
      const input = { purpose: 'reset-password', flow } as const
      const resends = asked < 9 ? 1 : 3
      for (let again = 0; again < resends; again++) await kith.sessions.resendCode(input, clientAt(asked))
      await kith.settled()
    }
    expect(mailbox.messages).toHaveLength(20)
    const { code } = mailbox.last('password-reset').content
    await kith.recovery.reset({ flow, code, password: 'battery staple' })
  })
})
