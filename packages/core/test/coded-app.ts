import type { ClientInfo, Kith, KithOptions } from '@kith/core'
import { codeOf, createInstance, type Instance } from './instance.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'

export const password = 'correct horse'
export const email = 'ada@example.com'
/** A client with a German browser. */
export const client: Required<Pick<ClientInfo, 'address' | 'userAgent' | 'language'>> = {
  address: '192.0.2.1',
  userAgent: 'Test/1',
  language: 'de',
}
const links = {
  resetPassword: '/reset',
  signIn: '/sign-in',
  revertAddress: 'https://app.example/revert',
}

type Given = Partial<KithOptions> & { mailbox?: Mailbox; phones?: Mailbox }

/** A Kith that sends to mailboxes; with `confirm: 'email'`, registrations confirm the email address. */
export function instance({
  mailbox = createMailbox(),
  phones = createMailbox(),
  ...options
}: Given = {}): Instance & {
  mailbox: Mailbox
  phones: Mailbox
} {
  const made = createInstance({
    publicUrl: 'https://app.example/backend',
    messages: { email: mailbox, sms: phones, links },
    sessions: { codeSignIn: true },
    ...options,
  })
  return { ...made, mailbox, phones }
}

/** What was logged about messages. */
export function messageLines({ logged }: Pick<Instance, 'logged'>): unknown[] {
  return logged.map(([, { event }]) => event).filter((event) => String(event).startsWith('message.'))
}

/** The options of an app whose registrations confirm the e-mail address. */
export const confirming = { accounts: { identifiers: { email: 'required' }, confirm: 'email' } } as const

/** Whether a sign-in with this login and password succeeds. */
export async function signsIn(kith: Kith, login: string, given: string = password): Promise<boolean> {
  return (await codeOf(kith.sessions.login({ login, password: given }))) === 'no error'
}

/** A code of the same length with other digits. */
export const wrong = (code: string): string => (code === '000000' ? '000001' : '000000')
