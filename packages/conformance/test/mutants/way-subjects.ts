import { createHash, createHmac, randomUUID } from 'node:crypto'
import { setImmediate as gap } from 'node:timers/promises'
import { RetryLaterError } from '@kith/core'
import { renderMessage } from '@kith/core/messages'
import { type Challenge, type IdentityChecks, MessageRefused } from '@kith/core/ports'
import { checkingCases } from '../../src/challenge/checking.ts'
import { countedCases, hostedCases } from '../../src/challenge/once.ts'
import {
  type AcceptedMessage,
  type ChallengeHost,
  type IdentityHost,
  identityProviderCases,
  messengerCases,
  type MessengerHost,
} from '../../src/index.ts'
import type { Subjects } from './run-mutants.ts'
import { challengeFlaws, identityFlaws } from './way-flaws.ts'

/** Messages by email, whose service is an array. */
export const messengers: Subjects<MessengerHost> = {
  makeSound: createLetterBox,
  ports: { messenger: [] },
  cases: messengerCases,
}

/** A challenge whose solutions Kith counts. */
export const puzzles: Subjects<ChallengeHost> = {
  makeSound: () => ({
    challenge: createSum(),
    other: createSum(),
    client: {
      solve: async (parameters) => JSON.stringify({ ...parameters, sum: sumOf(parameters) }),
      setDown: null,
    },
  }),
  ports: { challenge: ['pose', 'check'] },
  cases: [...checkingCases, ...countedCases],
  flaws: challengeFlaws,
}

/** A challenge whose solutions a service counts. */
export const hosted: Subjects<{ hosted: Challenge } & Omit<ChallengeHost, 'challenge'>> = {
  makeSound() {
    const { challenge, ...rest } = createCountingService()
    return { hosted: challenge, ...rest }
  },
  ports: { hosted: ['pose'] },
  cases: [...checkingCases, ...hostedCases].map((each) => ({
    ...each,
    run: ({ hosted, ...rest }) => each.run({ challenge: hosted, ...rest }),
  })),
}

/** A provider that is a map of codes. */
export const identities: Subjects<IdentityHost> = {
  makeSound: createIssuer,
  ports: { provider: ['authorizationUrl'] },
  cases: identityProviderCases,
  flaws: identityFlaws,
}

function createLetterBox(): MessengerHost {
  const accepted: AcceptedMessage[] = []
  const refused = 'nobody@example.com'
  let isDown = false
  return {
    messenger: {
      async send(message, signal) {
        await gap()
        signal.throwIfAborted()
        if (isDown) throw new Error('the service is down')
        const { id: key, to } = message
        if (to === refused) throw new MessageRefused('there is no such mailbox')
        accepted.push({ to, text: renderMessage(message, { appName: 'Photo Club' }).text, key })
      },
      async close() {},
    },
    service: {
      channel: 'email',
      accepted: async () => accepted,
      refused,
      setDown: async (value) => void (isDown = value),
    },
  }
}

/** A sum is no work, but has all that a puzzle has. */
function createSum(): Challenge {
  const signed = (key: string, { id, end }: { id: unknown; end: unknown }): string =>
    createHmac('sha256', key)
      .update(JSON.stringify([id, end]))
      .digest('hex')
  return {
    kind: 'sum',
    once: 'kith',
    async pose({ id, expiresAt, keys: [key = ''] }) {
      await gap()
      const end = expiresAt.getTime()
      return { id, end, signature: signed(key, { id, end }) }
    },
    async check(answer, { now, keys }) {
      await gap()
      const { id, end, signature, sum } = readRecord(answer)
      const isOurs = keys.some((key) => signature === signed(key, { id, end }))
      const isRight = isOurs && Number(end) > now.getTime() && sum === sumOf({ signature })
      return isRight ? { id: String(id) } : null
    },
  }
}

function sumOf({ signature }: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(String(signature)).digest('hex')
}

function readRecord(text: string): Record<string, unknown> {
  try {
    return { ...(JSON.parse(text) as object) }
  } catch {
    return {}
  }
}

function createCountingService(): ChallengeHost {
  const unused = new Set<string>()
  let isDown = false
  const create = (): Challenge => ({
    kind: 'counting',
    once: 'service',
    pose: async () => ({ siteKey: 'site' }),
    async check(answer, { signal }) {
      await gap()
      signal.throwIfAborted()
      if (isDown) throw new RetryLaterError('challenge-unavailable', 10)
      return unused.delete(answer) ? { id: null } : null
    },
  })
  return {
    challenge: create(),
    other: create(),
    client: {
      async solve({ siteKey }) {
        const answer = `${String(siteKey)} ${randomUUID()}`
        if (siteKey === 'site') unused.add(answer)
        return answer
      },
      setDown: async (value) => void (isDown = value),
    },
  }
}

const issuer = 'https://id.example'

function createIssuer(): IdentityHost {
  const grants = new Map<string, { subject: string; asked: URLSearchParams }>()
  const ada = { login: 'ada', email: 'ada@example.com' }
  let isDown = false
  const challengeOf = ({ codeVerifier }: IdentityChecks): string =>
    createHash('sha256').update(codeVerifier).digest('base64url')
  return {
    provider: {
      title: 'Example',
      answersBy: 'redirect',
      async authorizationUrl(checks) {
        await gap()
        const url = new URL('/authorize', issuer)
        const { redirectUri, state, nonce } = checks
        const asked = { redirect_uri: redirectUri, state, nonce, code_challenge: challengeOf(checks) }
        url.search = new URLSearchParams({ ...asked, code_challenge_method: 'S256' }).toString()
        return url
      },
      async identify(answer, checks) {
        await gap()
        if (isDown) throw new RetryLaterError('provider-unavailable', 30)
        if (answer.get('state') !== checks.state) throw new Error('another state')
        if ((answer.get('iss') ?? issuer) !== issuer) throw new Error('another issuer')
        const grant = grants.get(answer.get('code') ?? '')
        const asked = (name: string): string | null => grant?.asked.get(name) ?? null
        if (!grant || asked('redirect_uri') !== checks.redirectUri) throw new Error('no such code')
        if (asked('code_challenge') !== challengeOf(checks)) throw new Error('another secret')
        if (asked('nonce') !== checks.nonce) throw new Error('another nonce')
        grants.delete(answer.get('code') ?? '')
        const { subject } = grant
        const verifiedEmail = subject === ada.login ? ada.email : null
        return { issuer, subject, verifiedEmail, name: `${subject} of the provider`, username: null }
      },
    },
    browser: {
      redirectUri: 'https://app.example/callback',
      verified: ada,
      unverified: { login: 'ben' },
      async allow({ searchParams: asked }, subject) {
        const code = randomUUID()
        grants.set(code, { subject, asked })
        return new URLSearchParams({ code, state: asked.get('state') ?? '' })
      },
      setDown: async (value) => void (isDown = value),
      withoutNonce: null,
    },
  }
}
