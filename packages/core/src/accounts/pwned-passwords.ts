import type { BreachedPasswords } from './breached-passwords.ts'

/** Options of {@link createPwnedPasswords}. */
export interface PwnedPasswordsOptions {
  /** The URL before the five digits, if you host a copy. @default that of Have I Been Pwned */
  rangeUrl?: string | undefined
  /**
   * @default 1500 @reason The most a registration waits for a service that is down; the password is then accepted with
   * an event.
   */
  timeoutMillis?: number | undefined
  /** @default the global `fetch` */
  fetch?: typeof fetch | undefined
}

const defaultRangeUrl = 'https://api.pwnedpasswords.com/range/'
const prefixLength = 5
/** A range has about 2,000 lines, padding included; larger responses are refused. */
const maxBytes = 500_000

/**
 * Looks up passwords in Pwned Passwords with k-anonymity: it sends five digits of the SHA-1 and receives about a
 * thousand suffixes, with padding that hides how many. No key needed. Rejects if the service does not return a range.
 * @throws TypeError for an invalid URL
 */
export function createPwnedPasswords({
  rangeUrl = defaultRangeUrl,
  timeoutMillis = 1_500,
  fetch: send = fetch,
}: PwnedPasswordsOptions = {}): BreachedPasswords {
  if (!URL.canParse(rangeUrl)) throw new TypeError('createPwnedPasswords: rangeUrl: give an absolute URL')
  return {
    async timesSeen(sha1, signal) {
      const response = await send(rangeUrl + sha1.slice(0, prefixLength), {
        headers: { 'add-padding': 'true', 'user-agent': 'kith' },
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMillis)]),
      })
      if (response.status !== 200) {
        await response.body?.cancel()
        throw new Error(`Pwned Passwords returned status ${response.status}`)
      }
      return countIn(await readText(response), sha1.slice(prefixLength))
    },
  }
}

/** Lines are `<the other 35 digits>:<count>`; padding has the count 0. */
function countIn(range: string, ending: string): number {
  for (const line of range.split(/\r?\n/)) {
    const [found, count] = line.split(':')
    if (found === ending) return Number(count)
  }
  // A proxy's error page is not a range without the password.
  if (!/^[0-9A-F]{35}:\d+\s/.test(`${range}\n`)) throw new Error('Pwned Passwords returned no range')
  return 0
}

async function readText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.length > maxBytes) throw new Error('Pwned Passwords returned too much')
  }
  return text
}
