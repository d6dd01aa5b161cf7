import { describe, expect, test } from 'vitest'
import { client, email, instance, password } from './coded-app.ts'
import { codeOf } from './instance.ts'

describe('notices', () => {
  test('of a new device, not of a known one; of a new password; of a token used twice; of a lock-out, once', async () => {
    const { kith, mailbox, advance } = instance()
    const { tokens, user } = await kith.accounts.register({ username: 'ada', email, password }, client)
    await kith.sessions.login({ login: 'ada', password }, { ...client, device: tokens.deviceToken })
    await kith.settled()
    expect(mailbox.messages).toEqual([])
    const firefox = 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0'
    const { tokens: stolen } = await kith.sessions.login(
      { login: 'ada', password },
      { ...client, userAgent: firefox },
    )
    await kith.settled()
    expect(mailbox.last('new-device', email)).toMatchObject({
      language: 'de',
      content: { device: 'Firefox on Windows', address: '192.0.2.1', at: '2026-01-01T00:00:00.000Z' },
    })
    await kith.sessions.refresh(stolen.refreshToken)
    advance(60)
    expect(await codeOf(kith.sessions.refresh(stolen.refreshToken))).toBe('refresh-token-reused')
    await kith.accounts.setPassword(user.id, 'battery staple')
    for (let tried = 0; tried < 13; tried++)
      await codeOf(kith.sessions.login({ login: 'ada', password }, client))
    await kith.settled()
    await kith.settled()
    const kinds = mailbox.messages.map(({ kind }) => kind)
    expect(kinds).toEqual(['new-device', 'reuse-detected', 'password-changed', 'locked-out'])
  })
})
