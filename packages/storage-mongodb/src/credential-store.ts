import type { CredentialStore } from '@kith/core/ports'
import type { Connection } from './connection.ts'
import { credentialFrom } from './credential-document.ts'
import { addCredential, removeCredential, removeCredentials } from './credential-transactions.ts'
import { tellChange } from './outbox-rows.ts'

/** Creates the credential store on a connection. */
export function createCredentialStore({ call }: Connection): CredentialStore {
  return {
    add: (credential, atMost, outbox) =>
      call('credentials.add', (each) => addCredential(each, { credential, atMost, outbox })),
    byUser: (userId) =>
      call('credentials.byUser', async ({ collections: { credentials } }) =>
        (await credentials.find({ userId }, { sort: { _id: 1 } })).map(credentialFrom),
      ),
    bySubject: (kind, subject) =>
      call('credentials.bySubject', async ({ collections: { credentials } }) => {
        const found = await credentials.first({ kind, subject })
        return found && credentialFrom(found)
      }),
    step: ({ id, version, data, name, usedAt }, outbox) =>
      call('credentials.step', (each) =>
        tellChange(each, {
          contended: [id],
          outbox: outbox && (() => outbox()),
          work: ({ credentials }) =>
            credentials.update(
              { _id: id, version },
              {
                $inc: { version: 1 },
                $set: {
                  ...(data !== undefined && { data }),
                  ...(name !== undefined && { name }),
                  ...(usedAt !== undefined && { usedAt }),
                },
              },
            ),
        }),
      ),
    remove: ({ id, userId }, waysIn, outbox) =>
      call('credentials.remove', (each) => removeCredential(each, { id, userId, waysIn, outbox })),
    removeOf: (userId, ...[kinds, outbox]) =>
      call('credentials.removeOf', (each) => removeCredentials(each, { userId, kinds, outbox })),
  }
}
