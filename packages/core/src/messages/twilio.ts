import type { Gateway } from './gateway.ts'

/** Options of {@link twilio}. */
export interface TwilioOptions {
  /** `AC…` of the console. */
  accountSid: string
  /** Of the account; or `apiKey` and `apiKeySecret`, which can be taken back one by one. */
  authToken: string
  /** `SK…`, where `authToken` is the secret of an API key. @default the account itself */
  apiKey?: string | undefined
  /** A number or sender of yours (`+15005550006`, `PHOTOS`), or a messaging service (`MG…`). */
  from: string
  /** @default 'https://api.twilio.com' */
  baseUrl?: string | undefined
}

/** Errors that say that this phone cannot be reached by SMS: https://www.twilio.com/docs/api/errors */
const unreachable: ReadonlyMap<number, string> = new Map([
  [21211, 'the number is not valid'],
  [21214, 'the number cannot be reached'],
  [21217, 'the number is not valid'],
  [21610, 'its owner has opted out'],
  [21614, 'the number is not a mobile number'],
  [21635, 'the number is a landline'],
])

/**
 * Sends by Twilio's Messages API. That has no key by which it knows a message again: after a response that was lost, a text message
 * comes twice.
 * @throws TypeError for options that cannot work
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
    // The status alone says too little: 400 also stands for a sender that the account does not have.
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
