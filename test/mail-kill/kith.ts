import { createKith, type Kith } from '@kith/core'
import { createSmtpMessenger } from '@kith/mail-smtp'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { user } from '../../packages/mail-smtp/test/mail-server.ts'

/** What the processes of this test share. */
export interface Shared {
  path: string
  port: number
  ca: string
}

/** A Kith that approves accounts and sends mail, as each process has it. */
export function mailingKith({ path, port, ca }: Shared, clock: () => Date = () => new Date()): Kith {
  const url = `smtp://${user.name}:${encodeURIComponent(user.password)}@localhost:${port}`
  return createKith({
    secret: 'the secret of a process that is killed',
    storage: createSqliteStorage({ path }),
    passwords: { memoryKiB: 8, iterations: 1 },
    accounts: { signUp: 'approval' },
    limits: { registerByAddress: [], registerAttemptByAddress: [] },
    messages: { email: createSmtpMessenger({ url, from: 'Photo Club <hello@photos.example>', tls: { ca } }) },
    clock,
  })
}
