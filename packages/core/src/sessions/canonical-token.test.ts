import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { codeOf, createInstance } from '../../test/instance.ts'
import { isCanonicalToken } from './canonical-token.ts'
import { hasLowS, withLowS } from './low-s.ts'
import { generateSigningKey } from './signing-keys.ts'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

test('exactly one spelling of the same bytes is canonical', () => {
  for (let length = 1; length <= 6; length++) {
    const bytes = Buffer.alloc(length, 0xfb)
    const text = bytes.toString('base64url')
    const spellings = [
      ...[...letters].map((letter) => text.slice(0, -1) + letter),
      bytes.toString('base64'),
      ...['=', '==', ' ', '\t', '\n', '.'].flatMap((extra) => [text + extra, extra + text]),
    ].filter((spelling) => Buffer.from(spelling, 'base64url').equals(bytes))
    const canonical = new Set(spellings.filter((part) => isCanonicalToken(`${part}.${part}.${part}`, 4096)))
    expect([...canonical]).toEqual([text])
  }
})

test('no part may be empty, and the token must not be too long', () => {
  for (const text of ['', '.', '..', 'AA.AA', 'AA.AA.', '.AA.AA', 'AA.AA.AA.AA', 'A.AA.AA'])
    expect(isCanonicalToken(text, 4096)).toBe(false)
  expect(isCanonicalToken('AA.AA.AA', 8)).toBe(true)
  expect(isCanonicalToken('AA.AA.AAAA', 8)).toBe(false)
})

test.each([undefined, 'EdDSA', 'ES256'] as const)(
  'each kind of token is accepted in exactly one spelling (%s)',
  async (algorithm) => {
    const signingKeys = algorithm && [await generateSigningKey(algorithm)]
    const { kith } = createInstance({ sessions: { signingKeys } })
    const { tokens } = await kith.accounts.register({ username: 'ana', password: 'correct horse' })
    for (const kind of ['accessToken', 'refreshToken'] as const) {
      const token = tokens[kind]
      const use = (text: string): Promise<string> =>
        codeOf(kind === 'accessToken' ? kith.sessions.authenticate(text) : kith.sessions.refresh(text))
      const last = letters.indexOf(token.at(-1) ?? '')
      const spare = letters.slice(last + 1, last + 4)
      const others = [
        ...[...spare].map((letter) => token.slice(0, -1) + letter),
        `${token}=`,
        `${token} `,
        `${token}\n`,
        ` ${token}`,
        token.replace('.', ' .'),
        `${token.slice(0, -3)} ${token.slice(-3)}`,
        ...(algorithm === 'ES256' && kind === 'accessToken' ? [withHighS(token)] : []),
      ]
      for (const text of others) expect(await use(text), text.slice(-6)).toMatch(/-token-invalid$/)
      expect(await use(token)).toBe('no error')
      for (const text of others) expect(await use(text), text.slice(-6)).toMatch(/-token-invalid$/)
    }
  },
)

test('of the two valid ES256 signatures, the one with the lower s is used', () => {
  expect(generateKeyPairSync('ec', { namedCurve: 'P-256' })).toBeDefined()
  for (const s of ['00'.repeat(31) + '01', '7f'.repeat(32), 'f0'.repeat(32)]) {
    const token = `AA.AA.${Buffer.from('11'.repeat(32) + s, 'hex').toString('base64url')}`
    expect(hasLowS(withLowS(token))).toBe(true)
    expect(withLowS(withLowS(token))).toBe(withLowS(token))
    expect(hasLowS(withHighS(token))).toBe(false)
    expect(withLowS(withHighS(token))).toBe(withLowS(token))
  }
})

test('half the order of the curve counts as low, and the next number does not', () => {
  const half = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n
  const tokenOf = (s: bigint): string =>
    `AA.AA.${Buffer.from('11'.repeat(32) + s.toString(16), 'hex').toString('base64url')}`
  expect(hasLowS(tokenOf(half))).toBe(true)
  expect(withLowS(tokenOf(half))).toBe(tokenOf(half))
  expect(hasLowS(tokenOf(half + 1n))).toBe(false)
  expect(withLowS(tokenOf(half + 1n))).toBe(tokenOf(half))
})

/** The other valid signature of the same key for the same input. */
function withHighS(token: string): string {
  const [head = '', body = '', signature = ''] = withLowS(token).split('.')
  const bytes = Buffer.from(signature, 'base64url')
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  const s = order - BigInt(`0x${bytes.toString('hex', 32)}`)
  bytes.write(s.toString(16).padStart(64, '0'), 32, 'hex')
  return `${head}.${body}.${bytes.toString('base64url')}`
}
