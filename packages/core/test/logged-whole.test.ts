import { inspect } from 'node:util'
import { createKith, generateSigningKey } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'

const secret = 'uBq3kV8wLx1nZr5tYc7mPd2fGh9jKs4a'
const previous = 'Zt4rQw9xNc2vBm6lKp8sDf1gHj3aYe7u'

function whole(value: unknown): string {
  return inspect(value, {
    depth: 8,
    showHidden: true,
    maxArrayLength: Infinity,
    maxStringLength: Infinity,
  })
}

test('a logged Kith contains neither secrets nor private keys', async () => {
  const key = await generateSigningKey('ES256')
  const kith = createKith({
    secret: { current: secret, previous: [previous] },
    storage: createMemoryStorage(),
    sessions: { signingKeys: [key], issuer: 'an issuer that may be seen' },
  })
  const { tokens } = await kith.accounts.register({ username: 'ana', password: 'correct horse battery' })
  await kith.sessions.authenticate(tokens.accessToken)
  // The storage belongs to the app, and in this test it is in memory.
  const shown = whole({ ...kith, storage: null })
  expect(shown).toContain('an issuer that may be seen')
  for (const hidden of [
    secret,
    previous,
    String(key.jwk.d),
    'correct horse battery',
    ...Object.values(tokens),
  ]) {
    if (typeof hidden === 'string') expect(shown).not.toContain(hidden)
  }
  expect(whole(key)).toContain(String(key.jwk.d))
})
