export { createPasskeys, type PasskeyOptions } from './create-passkeys.ts'
