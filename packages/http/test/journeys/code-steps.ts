import assert from 'node:assert/strict'
import type { CodeInput } from '@kith/core'
import type { Message, MessageKind } from '@kith/core/ports'
import type { Mailbox } from '../../../core/test/mailbox.ts'
import type { Client } from './client.ts'
import { password } from './clients.ts'
import type { JourneyApp } from './journey-app.ts'

/** The email of the account that the code journeys use. */
export const email = 'anna@example.com'

/** Its registration. */
export const registration: Readonly<Record<'username' | 'email' | 'password', string>> = {
  username: 'anna',
  email,
  password,
}

/** The last message of a kind, after Kith has sent everything that waits. */
export async function messageOf<Kind extends MessageKind>(
  app: Pick<JourneyApp, 'kith'> & { mailbox: Mailbox },
  kind: Kind,
  to: string = email,
): Promise<Extract<Message, { kind: Kind }>> {
  await app.kith.settled()
  return app.mailbox.last(kind, to)
}

/** The fragment parameters that the link of a message passes to its page. */
export function readLink(link: string | null, page: string): CodeInput {
  const { origin, pathname, hash, search } = new URL(link ?? '')
  assert.deepEqual([`${origin}${pathname}`, search], [`https://app.example${page}`, ''])
  return Object.fromEntries(new URLSearchParams(hash.slice(1))) as unknown as CodeInput
}

/** A code of the same length with other digits. */
export function wrong(code: string): string {
  return code === '000000' ? '000001' : '000000'
}

/** Requests a code and reads it in the mailbox. */
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
