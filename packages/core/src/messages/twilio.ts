import type { Gateway } from './gateway.ts'

/** Options of {@link twilio}. */
export interface TwilioOptions {
  /** `AC…` from the console. */
  accountSid: string
  /** The account's token; or `apiKey` and `apiKeySecret`, which can be revoked individually. */
  authToken: string
  /** `SK…`, if `authToken` is the secret of an API key. @default the account itself */
  apiKey?: string | undefined
  /** Your number or sender (`+15005550006`, `PHOTOS`), or a messaging service (`MG…`). */
  from: string
  /** @default 'https://api.twilio.com' */
  baseUrl?: string | undefined
}

/** Errors for a phone that cannot be reached by SMS: https://www.twilio.com/docs/api/errors */
const unreachable: ReadonlyMap<number, string> = new Map([
  [21211, 'the number is not valid'],
  [21214, 'the number cannot be reached'],
  [21217, 'the number is not valid'],
  [21610, 'its owner has opted out'],
  [21614, 'the number is not a mobile number'],
  [21635, 'the number is a landline'],
])

/**
 * Sends with Twilio's Messages API. It has no idempotency key: after a lost response, a text message is sent twice.
 * @throws TypeError for invalid options
 */
export function twilio(options: TwilioOptions): Gateway {
  const { accountSid, authToken, apiKey, from, baseUrl = 'https://api.twilio.com' } = options
  if (!/^AC[0-9a-fA-F]{32}$/.test(accountSid))
    throw new TypeError('twilio: accountSid: give the Account SID of the console, which begins with AC')
  if (authToken === '' || from === '') throw new TypeError('twilio: authToken and from: give both')
  if (!URL.canParse(baseUrl)) throw new TypeError('twilio: baseUrl: give an absolute URL')
  const credentials = Buffer.from(`${apiKey ?? accountSid}:${authToken}`).toString('base64')
  const sender = from.startsWith('MG') ? 'MessagingServiceSid' : 'From'
  return {
    request: ({ to, text }) => ({
      url: new URL(`/2010-04-01/Accounts/${accountSid}/Messages.json`, baseUrl).href,
      headers: {
        authorization: `Basic ${credentials}`,
        'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
      },
      body: new URLSearchParams({ To: to, [sender]: from, Body: text }).toString(),
    }),
    // The status alone is ambiguous: 400 also means a sender that the account does not have.
    refusal({ body }) {
      const code = errorCode(body)
      const reason = code === null ? undefined : unreachable.get(code)
      return reason === undefined ? null : `with error ${code}: ${reason}`
    },
  }
}

function errorCode(body: string): number | null {
  try {
    const answer: unknown = JSON.parse(body)
    const code = typeof answer === 'object' && answer !== null && 'code' in answer ? answer.code : null
    return typeof code === 'number' ? code : null
  } catch {
    return null
  }
}
