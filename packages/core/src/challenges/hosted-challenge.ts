import { RetryLaterError } from '../errors.ts'
import type { Challenge } from './challenge.ts'

/** Options of a hosted service. */
export interface HostedChallengeOptions {
  /** Public: used by the page. */
  siteKey: string
  /** For the server only. */
  secretKey: string
  /** The host names of your pages: a response that was solved elsewhere is refused. @default any */
  hostnames?: readonly string[] | undefined
  /** @default the global `fetch` */
  fetch?: typeof fetch | undefined
  /** Where responses are verified, for tests. @default the service's own */
  verifyUrl?: string | undefined
}

interface Service {
  kind: 'turnstile' | 'hcaptcha'
  url: string
  /** Results that mean that the server is misconfigured, not that the response is wrong. */
  ownFaults: readonly string[]
}

interface Outcome {
  success?: unknown
  hostname?: unknown
  'error-codes'?: unknown
}

/** Cloudflare Turnstile. https://developers.cloudflare.com/turnstile/get-started/server-side-validation/ */
export function createTurnstile(options: HostedChallengeOptions): Challenge {
  return createHosted(options, {
    kind: 'turnstile',
    url: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
    ownFaults: ['missing-input-secret', 'invalid-input-secret', 'bad-request', 'internal-error'],
  })
}

/** hCaptcha. https://docs.hcaptcha.com/#verify-the-user-response-server-side */
export function createHcaptcha(options: HostedChallengeOptions): Challenge {
  return createHosted(options, {
    kind: 'hcaptcha',
    url: 'https://api.hcaptcha.com/siteverify',
    ownFaults: ['missing-input-secret', 'invalid-input-secret', 'sitekey-secret-mismatch', 'bad-request'],
  })
}

/** Both take a form and return JSON; they accept a solution once. */
function createHosted(
  { siteKey, secretKey, hostnames, fetch: ask = fetch, verifyUrl }: HostedChallengeOptions,
  { kind, url, ownFaults }: Service,
): Challenge {
  if (!siteKey || !secretKey) throw new TypeError(`${kind}: pass siteKey and secretKey`)

  async function outcomeOf(body: URLSearchParams, signal: AbortSignal): Promise<Outcome> {
    const response = await ask(verifyUrl ?? url, { method: 'POST', body, signal, redirect: 'error' })
    const outcome = (await response.json()) as Outcome | null
    if (typeof outcome?.success !== 'boolean') throw new TypeError(`${kind} answered ${response.status}`)
    return outcome
  }

  return {
    kind,
    once: 'service',
    pose: async () => ({ siteKey }),
    async check(answer, { address, signal }) {
      const form = {
        secret: secretKey,
        response: answer,
        sitekey: siteKey,
        ...(address && { remoteip: address }),
      }
      let outcome: Outcome
      try {
        outcome = await outcomeOf(new URLSearchParams(form), signal)
      } catch (error) {
        throw unavailable(`${kind} cannot be reached`, error)
      }
      const codes = Array.isArray(outcome['error-codes']) ? outcome['error-codes'] : []
      const fault = codes.find((code) => ownFaults.includes(String(code))) as unknown
      if (fault !== undefined) throw unavailable(`${kind} refuses to check: ${String(fault)}`, null)
      const isHere = hostnames === undefined || hostnames.includes(String(outcome.hostname))
      return outcome.success === true && isHere ? { id: null } : null
    },
  }
}

function unavailable(detail: string, cause: unknown): RetryLaterError<'challenge-unavailable'> {
  return new RetryLaterError('challenge-unavailable', { seconds: 10, detail }, cause ?? undefined)
}
