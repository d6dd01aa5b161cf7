import assert from 'node:assert/strict'
import type { CodeInput } from '@kith/core'
import type { Message, MessageKind } from '@kith/core/ports'
import type { Mailbox } from '../../../core/test/mailbox.ts'
import type { Client } from './client.ts'
import { password } from './clients.ts'
import type { JourneyApp } from './journey-app.ts'

/** The address of the account that journeys of codes are about. */
export const email = 'anna@example.com'

/** Its registration. */
export const registration: Readonly<Record<'username' | 'email' | 'password', string>> = {
  username: 'anna',
  email,
  password,
}

/** The last message of a kind, once Kith has sent what waits. */
export async function messageOf<Kind extends MessageKind>(
  app: Pick<JourneyApp, 'kith'> & { mailbox: Mailbox },
  kind: Kind,
  to: string = email,
): Promise<Extract<Message, { kind: Kind }>> {
  await app.kith.settled()
  return app.mailbox.last(kind, to)
}

/** What the link of a message brings to the page that it leads to. */
export function readLink(link: string | null, page: string): CodeInput {
  const { origin, pathname, hash, search } = new URL(link ?? '')
  assert.deepEqual([`${origin}${pathname}`, search], [`https://app.example${page}`, ''])
  return Object.fromEntries(new URLSearchParams(hash.slice(1))) as unknown as CodeInput
}

/** Other digits than these. */
export function wrong(code: string): string {
  return code === '000000' ? '000001' : '000000'
}

/** Asks for a code and reads it in the mailbox. */
export async function askForCode(
  app: JourneyApp,
  client: Client,
  {
    path,
    json,
    kind,
  }: {
    path: string
    json: object
    kind: 'registration-code' | 'password-reset' | 'sign-in-code' | 'proof-code'
  },
): Promise<CodeInput> {
  const { flow } = (await client.post(path, json)).codeSent()
  const { content } = await messageOf(app, kind)
  return { flow, code: content.code }
}
