import type { DatabaseSync } from 'node:sqlite'
import type { Storage } from '@kith/core/ports'

type PreviousStorage = Omit<Storage, 'facts' | 'check' | 'plan' | 'migrate'> & { migrate(): Promise<void> }
type PreviousCases = readonly { name: string; run(make: () => Promise<unknown>): Promise<void> }[]

export function createSqliteStorage(options: { path: string } | { database: DatabaseSync }): PreviousStorage
export const edgeStoreCases: PreviousCases
export const feedStoreCases: PreviousCases
export const mediaStoreCases: PreviousCases
export const postStoreCases: PreviousCases
export const sessionStoreCases: PreviousCases
export const userStoreCases: PreviousCases
