import { type GatewayServer, type ReceivedRequest, startGateway } from './gateway-server.ts'

/** The account of the double. Its token is `token`. */
export const accountSid: string = `AC${'0123456789abcdef'.repeat(2)}`

/** A response of Twilio, as JSON. */
export interface TwilioAnswer {
  status: number
  body: unknown
}

/** The documented rules of Twilio for creating a message: the URL, the credentials, the form and the errors. */
export function twilioAnswer({ method, path, headers, body }: ReceivedRequest): TwilioAnswer {
  const refuse = (status: number, code: number): TwilioAnswer => ({
    status,
    body: {
      code,
      message: `no, not to ${body}`,
      more_info: `https://www.twilio.com/docs/errors/${code}`,
      status,
    },
  })
  const basic = `Basic ${Buffer.from(`${accountSid}:token`).toString('base64')}`
  if (headers.authorization !== basic) return refuse(401, 20003)
  if (method !== 'POST' || path !== `/2010-04-01/Accounts/${accountSid}/Messages.json`)
    return refuse(404, 20404)
  if (!headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return refuse(400, 21604)
  const form = new URLSearchParams(body)
  const to = form.get('To') ?? ''
  if (to === '') return refuse(400, 21604)
  if (!form.has('From') && !form.has('MessagingServiceSid')) return refuse(400, 21603)
  if (!form.get('Body')) return refuse(400, 21602)
  if (form.has('MessagingServiceSid') && !/^MG[0-9a-f]{32}$/.test(form.get('MessagingServiceSid') ?? ''))
    return refuse(400, 21701)
  if (form.get('From') === '+15005550001') return refuse(400, 21212)
  if (!/^\+[1-9]\d{6,14}$/.test(to)) return refuse(400, 21211)
  return { status: 201, body: { sid: `SM${'0'.repeat(32)}`, status: 'queued', to, body: form.get('Body') } }
}

/** Starts a double of Twilio, which stops after the test. */
export function startTwilio(
  answerOf: (request: ReceivedRequest) => TwilioAnswer = twilioAnswer,
): Promise<GatewayServer> {
  return startGateway((request, response) => {
    const { status, body } = answerOf(request)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
}
