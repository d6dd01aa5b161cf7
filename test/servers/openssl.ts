import { findOnPath } from './program-path.ts'

/** Whether no certificate can be created here. */
export const opensslMissing: boolean = findOnPath('openssl').length === 0
