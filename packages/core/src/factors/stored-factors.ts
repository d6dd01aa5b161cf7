import { createHmac } from 'node:crypto'
import type { KithConfig } from '../config.ts'
import type { CredentialRecord } from '../credentials/credential-store.ts'
import { createSeal } from '../sealed.ts'
import type { Clock } from '../id.ts'
import type { Stores } from '../storage.ts'
import { deriveKey } from '../sessions/derive-key.ts'
import { matchTotp } from './totp.ts'

/** A code that an account uses as a second factor. */
export interface GivenCode {
  /** The kind of the credential that it is checked against. */
  kind: 'totp' | 'recovery-codes'
  code: string
}

/** Second factors as stored: authenticator app secrets are sealed, recovery codes are keyed hashes. */
export interface StoredFactors {
  /** The stored form of an authenticator app secret. */
  sealTotp(id: string, secret: Uint8Array, lastStep: number): string
  /** New recovery codes, and their stored form. */
  makeRecoveryCodes(): { codes: string[]; data: string }
  /** How many recovery codes are left. */
  codesLeft(data: string): number
  /** Whether it is right and unused; consumes it. Of concurrent calls with one code exactly one is right. */
  use(credentials: readonly CredentialRecord[], given: GivenCode): Promise<boolean>
}

/** The dependencies of {@link createStoredFactors}. */
interface FactorParts {
  config: KithConfig
  storage: Pick<Stores, 'credentials'>
  clock: Clock
}

interface Totp {
  /** base64url */
  secret: string
  /** The step of the last valid code. */
  lastStep: number
}

const codeCount = 10
/** Without letters that look alike. */
const letters = '23456789abcdefghjkmnpqrstuvwxyz'
/** 118 bits: more than its hash needs to be safe without the secret of the keyed hash. */
const codeLength = 24

/** Creates them for one Kith instance. */
export function createStoredFactors({ config, storage, clock }: FactorParts): StoredFactors {
  const seal = createSeal(config, 'credentials')
  const keys = config.secrets.map((secret) => deriveKey(secret, 'recovery-codes').key)

  const hashesOf = (code: string): string[] => {
    const plain = code.toLowerCase().replace(/[^a-z0-9]/g, '')
    return keys.map((key) => createHmac('sha256', key).update(plain).digest('base64url'))
  }

  const sealTotp: StoredFactors['sealTotp'] = (id, secret, lastStep) =>
    seal.close(
      JSON.stringify({ secret: Buffer.from(secret).toString('base64url'), lastStep } satisfies Totp),
      id,
    )

  async function useTotp({ id, version, data }: CredentialRecord, code: string): Promise<boolean> {
    const text = seal.open(data, id)
    if (text === null) return false
    const { secret, lastStep } = JSON.parse(text) as Totp
    const bytes = Buffer.from(secret, 'base64url')
    const at = clock()
    const step = matchTotp(bytes, code, { at, after: lastStep })
    if (step === null) return false
    return await storage.credentials.step({ id, version, data: sealTotp(id, bytes, step), usedAt: at })
  }

  async function useRecoveryCode({ id, version, data }: CredentialRecord, code: string): Promise<boolean> {
    const hashes = JSON.parse(data) as string[]
    const right = hashesOf(code)
    const left = hashes.filter((hash) => !right.includes(hash))
    if (left.length === hashes.length) return false
    return await storage.credentials.step({ id, version, data: JSON.stringify(left), usedAt: clock() })
  }

  return {
    sealTotp,
    makeRecoveryCodes() {
      const codes = Array.from({ length: codeCount }, () => randomLetters(config.random))
      const data = JSON.stringify(codes.map((code) => hashesOf(code)[0]))
      return { codes: codes.map((code) => code.replace(/.{6}\B/g, '$&-')), data }
    },
    codesLeft: (data) => (JSON.parse(data) as string[]).length,
    async use(credentials, { kind, code }) {
      const verb = { totp: useTotp, 'recovery-codes': useRecoveryCode }[kind]
      for (const credential of credentials)
        if (credential.kind === kind && (await verb(credential, code.replace(/\s/g, '')))) return true
      return false
    },
  }
}

/** Every letter is equally likely. */
function randomLetters(random: (length: number) => Uint8Array): string {
  let text = ''
  while (text.length < codeLength)
    for (const byte of random(codeLength))
      if (byte < 256 - (256 % letters.length) && text.length < codeLength)
        text += letters.charAt(byte % letters.length)
  return text
}
