import { createKith, type Kith } from '@kith/core'
import { createHttpMessenger } from '@kith/core/messages'
import type { Messenger } from '@kith/core/ports'
import { createSmtpMessenger } from '@kith/mail-smtp'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { user } from '../../packages/mail-smtp/test/mail-server.ts'

/** What the processes of these tests share: a database and a mail server. */
export interface Shared {
  path: string
  to: { port: number; ca: string } | { gateway: string; secret: string }
}

function messengerTo(to: Shared['to']): Messenger {
  if ('gateway' in to)
    return createHttpMessenger({ url: to.gateway, secret: to.secret, appName: 'Photo Club' })
  const url = `smtp://${user.name}:${encodeURIComponent(user.password)}@localhost:${to.port}`
  return createSmtpMessenger({ url, from: 'Photo Club <hello@photos.example>', tls: { ca: to.ca } })
}

/** The Kith of each process, which approves accounts and sends emails. */
export function mailingKith({ path, to }: Shared, clock: () => Date = () => new Date()): Kith {
  return createKith({
    secret: 'the secret of a process that is killed',
    storage: createSqliteStorage({ path }),
    passwords: { memoryKiB: 8, iterations: 1 },
    accounts: { signUp: 'approval' },
    limits: { registerByAddress: [], registerAttemptByAddress: [] },
    messages: { email: messengerTo(to) },
    clock,
  })
}
