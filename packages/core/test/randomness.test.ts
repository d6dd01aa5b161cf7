import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { expect, test, vi } from 'vitest'
import { createInstance } from './instance.ts'
import { createMailbox } from './mailbox.ts'

// asvs: 6.5.3
test('codes, links, recovery codes and app secrets are generated only from `random`', async () => {
  const make = async (random: (length: number) => Uint8Array): Promise<unknown> => {
    const mailbox = createMailbox()
    const { kith } = createInstance({
      random,
      publicUrl: 'https://app.example',
      messages: { email: mailbox, links: { resetPassword: '/reset' } },
    })
    const { user } = await kith.accounts.register({
      username: 'ada',
      email: 'a@b.example',
      password: 'correct horse',
    })
    await kith.recovery.begin({ login: 'ada' })
    await kith.settled()
    const { code, link } = mailbox.last('password-reset').content
    const viewer = kith.viewerOf(user.id)
    const { secret, token } = await kith.factors.beginTotp(viewer)
    const { recoveryCodes } = await kith.factors.renewRecoveryCodes(viewer)
    return [code, link, secret, token, recoveryCodes]
  }
  // The same sequence generates the same values twice, so nothing else goes into them; another sequence generates others.
  const sequence = (start: number) => {
    let next = start
    return (length: number) => Uint8Array.from({ length }, () => (next = (next * 37 + 11) % 251))
  }
  expect(await make(sequence(1))).toEqual(await make(sequence(1)))
  const [one, other] = [(await make(sequence(1))) as string[], (await make(sequence(2))) as string[]]
  for (const [index, made] of one.entries()) expect(made).not.toEqual(other[index])
})

// asvs: 6.5.3
test('`random` comes from node:crypto, and Math.random is only used for the length of a pause', () => {
  const { config } = createKith({ secret: randomBytes(32).toString('hex'), storage: createMemoryStorage() })
  const seen = vi.spyOn(Math, 'random')
  expect(
    new Set(Array.from({ length: 1_000 }, () => Buffer.from(config.random(8)).toString('hex'))).size,
  ).toBe(1_000)
  expect(seen).not.toHaveBeenCalled()
  seen.mockRestore()
  const sources = readdirSync(new URL('../src', import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.test)\.ts$/.test(name))
    .map((name) => [name, readFileSync(new URL(`../src/${name}`, import.meta.url), 'utf8')] as const)
  expect(sources.length).toBeGreaterThan(100)
  const lines = sources.flatMap(([name, text]) =>
    text.split('\n').flatMap((line) => (line.includes('Math.random') ? [`${name}: ${line.trim()}`] : [])),
  )
  expect(lines.filter((line) => !line.includes(': await wait('))).toEqual([])
})

// asvs: 6.5.4
test('sent codes have six digits, and all codes are equally likely', async () => {
  const mailbox = createMailbox()
  const { kith } = createInstance({
    messages: { email: mailbox },
    limits: { sendByAddress: [], sendByClient: [], sendByRecipient: [] },
  })
  await kith.accounts.register({ username: 'ada', email: 'a@b.example', password: 'correct horse' })
  for (let sent = 0; sent < 500; sent++) await kith.recovery.begin({ login: 'ada' })
  await kith.settled()
  const codes = mailbox.messages.flatMap((message) =>
    message.kind === 'password-reset' ? [message.content.code] : [],
  )
  expect(codes).toHaveLength(500)
  const counts = Array.from({ length: 10 }, () => 0)
  for (const code of codes) {
    expect(code).toMatch(/^\d{6}$/)
    for (const digit of code) counts[Number(digit)] = (counts[Number(digit)] ?? 0) + 1
  }
  // 300 of each are expected; a deviation beyond seven standard deviations occurs once in hundreds of billions of runs.
  for (const count of counts) expect(Math.abs(count - 300)).toBeLessThan(116)
})
