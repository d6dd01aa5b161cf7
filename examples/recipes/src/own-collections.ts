import type { Kith } from '@kith/core'
import type { Db } from 'mongodb'

/** Removes the pets of deleted accounts. Call it in a loop; `createKith` needs `outbox: { events: ['account.deleted'] }`. */
export async function removePetsOfDeleted(kith: Kith, database: Db): Promise<void> {
  await kith.outbox.deliver(async ({ name, userId }) => {
    if (name === 'account.deleted') await database.collection('pets').deleteMany({ owner: userId })
  })
}
