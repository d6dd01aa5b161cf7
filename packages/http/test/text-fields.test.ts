import { createKith, createSketchCaptions, type Kith } from '@kith/core'
import { cleanSuggestions } from '@kith/core/adapter'
import { createProofOfWork } from '@kith/core/challenges'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import { createPasskeys } from '@kith/core/passkeys'
import { expect, test } from 'vitest'
import { createMailbox } from '../../core/test/mailbox.ts'
import { createKithHttp } from '@kith/http'
import { excessMillis, type TextField, textFields, worstTexts } from './text-fields.ts'

function makeKith(): Kith {
  return createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    posts: { textOnly: true },
    media: { blobs: createMemoryBlobs() },
    captions: createSketchCaptions(),
    messages: { email: createMailbox() },
    passkeys: createPasskeys({ rpId: 'app.example', rpName: 'App', origins: ['https://app.example'] }),
    sessions: { codeSignIn: true, impersonation: {} },
    accounts: { signUp: 'invite' },
    challenge: createProofOfWork(),
    passwords: { memoryKiB: 8, iterations: 1, forbiddenWords: ['Sunny Meadow'] },
    logger: { warn: () => {}, error: () => {} },
  })
}

const fields = textFields(makeKith())

test('finds the string fields of all routes', () => {
  const names = fields.map(({ name }) => name)
  for (const name of [
    'register username',
    'register deviceName',
    'register invitation',
    'register solution',
    'createInvitation note',
    'login login',
    'editMe bio',
    'changePassword newPassword',
    'createPost caption',
    'createPost media.0',
    'createPost media.0.alt',
    'editPost caption',
    'suggestCaptions hint',
    'listSessions cursor',
    'impersonate reason',
    'forgotPassword login',
    'resetPassword password',
    'loginByCode code',
    'changeAddress email',
    'loginByFactor recoveryCode',
    'prove password',
    'confirmTotp code',
    'renameCredential name',
    'loginByPasskey response.response.signature',
    'addPasskey response.response.attestationObject',
  ])
    expect(names).toContain(name)
})

test.each(fields.map((field) => [field.name, field] as const))(
  '%s: its most expensive string takes less than 5 ms',
  (_name, field: TextField) => {
    // As long as the field allows, and as long as a body allows.
    for (const length of new Set([field.maxLength ?? 1_000, 20_000, 60_000])) {
      const letters = (): void => field.read('a'.repeat(length))
      for (const [kind, make] of Object.entries(worstTexts)) {
        const text = make(length)
        expect(
          excessMillis(() => field.read(text), letters),
          `${kind}, ${length}`,
        ).toBe(0)
      }
    }
  },
)

test('a string that is too expensive would be detected', () => {
  const text = worstTexts['alternating marks']?.(20_000) ?? ''
  const letters = (): void => void 'a'.repeat(20_000).normalize('NFC')
  expect(excessMillis(() => void text.normalize('NFC'), letters)).toBeGreaterThan(0)
})

test('every string from a model takes less than 5 ms', () => {
  for (const [kind, make] of Object.entries(worstTexts)) {
    for (const length of [20_000, 40_000, 1_000_000]) {
      const text = make(length)
      const cost = excessMillis(
        () => void cleanSuggestions([text], 5),
        () => void cleanSuggestions(['a'.repeat(length)], 5),
      )
      expect(cost, `${kind}, ${length}`).toBe(0)
    }
  }
})

test('a path parameter and a User-Agent take less than 5 ms more than plain ones', async () => {
  const { handle, routes } = createKithHttp(makeKith())
  const paths = routes.filter(({ method, path }) => method === 'GET' && path.includes('/:'))
  expect(paths.length).toBeGreaterThan(3)
  for (const { path } of paths) {
    const ask = async (text: string, userAgent: string, enough = 0): Promise<number> => {
      let least = Infinity
      for (let time = 0; time < 5 && least >= enough; time++) {
        const before = process.cpuUsage()
        const address = `http://localhost/api/v1${path.replace(/:\w+/g, () => encodeURIComponent(text))}`
        await (await handle(new Request(address, { headers: { 'user-agent': userAgent } }))).text()
        const { user, system } = process.cpuUsage(before)
        least = Math.min(least, (user + system) / 1000)
      }
      return least
    }
    const plain = await ask('a'.repeat(2_000), 'a'.repeat(8_000))
    for (const [kind, make] of Object.entries(worstTexts)) {
      const text = make(2_000).toWellFormed()
      const cost = await ask(text, 'Mozilla/5.0 (('.repeat(500), 5)
      expect(cost, `${path} ${kind}`).toBeLessThan(5 + 5 * plain)
    }
  }
})
