import type { Storage } from '@kith/core/ports'

type PreviousStorage = Omit<Storage, 'facts' | 'check' | 'plan' | 'migrate'> & { migrate(): Promise<void> }

export function createMongoStorage(options: {
  client: object
  database: string
  timeoutMillis: number
}): PreviousStorage
