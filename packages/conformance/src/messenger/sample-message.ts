import type { Message, MessageContents, MessageKind } from '@kith/core/ports'

const notice = { device: 'Firefox on Windows', address: '203.0.113.7', at: '2026-11-29T16:41:24.000Z' }
const code = { code: '042137', minutes: 10 }

/** A content of each kind, with everything that it can have. */
const sampleContents: MessageContents = {
  'registration-code': code,
  'registration-known': {},
  'address-code': code,
  'address-changed': {
    from: 'ada@example.com',
    to: 'ada@example.org',
    link: 'https://photos.example/undo?token=abc',
  },
  'password-reset': { ...code, link: 'https://photos.example/reset?token=abc' },
  'sign-in-code': { ...code, link: 'https://photos.example/sign-in?token=abc' },
  'proof-code': code,
  'new-device': notice,
  'password-changed': notice,
  'credential-added': { ...notice, kind: 'passkey', name: 'My phone' },
  'credential-removed': { ...notice, kind: 'totp', name: null },
  'locked-out': notice,
  'reuse-detected': notice,
  'account-approved': {},
  impersonated: notice,
}

/** All kinds of messages. */
export const messageKinds: readonly MessageKind[] = Object.keys(sampleContents) as MessageKind[]

/** A message of a kind to Ada. */
export function sampleMessage<Kind extends MessageKind>(
  kind: Kind,
  changes: Partial<Omit<Message, 'kind' | 'content'>> & { content?: Partial<MessageContents[Kind]> } = {},
): Message {
  const { content, ...rest } = changes
  return {
    id: '0198c0de-0000-7000-8000-000000000001',
    kind,
    channel: 'email',
    to: rest.channel === 'sms' ? '+4930123456' : 'ada@example.com',
    language: null,
    ...rest,
    content: { ...sampleContents[kind], ...content },
  } as Message
}
