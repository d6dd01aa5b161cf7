import { findOnPath } from './program-path.ts'

/** Whether no certificate can be made here. */
export const opensslMissing: boolean = findOnPath('openssl').length === 0
