import { randomBytes } from 'node:crypto'
import type { BlobStore, GrantedBlobStore } from '@kith/core/ports'
import { afterAll, beforeAll, describe } from 'vitest'
import { type CloudinaryMedia, type CloudinaryMediaOptions, createCloudinaryMedia } from '../src/index.ts'
import { type CloudinaryDouble, type DoubleOptions, startDouble } from './double/cloudinary-double.ts'

/** The account for running the conformance suite, instead of the double. */
const realAccount = process.env['CLOUDINARY_URL']
const realTokenKey = process.env['CLOUDINARY_TOKEN_KEY'] ?? null

/** Few plans have token-based access. */
export const hasTokens: boolean = realAccount === undefined || realTokenKey !== null

/** The credentials of an account, and the key of its tokens if it has any. */
export interface TestAccount {
  options: CloudinaryMediaOptions
  tokenKey: string | null
}

/** A `describe` with the double, or with the account in `CLOUDINARY_URL`. */
export function describeWithAccount(name: string, define: (account: () => TestAccount) => void): void {
  if (realAccount === undefined)
    return describeWithDouble(name, {}, (double) => {
      define(() => ({ options: optionsOf(double()), tokenKey: double().tokenKey }))
    })
  const folder = `kith-test/${randomBytes(6).toString('hex')}`
  const [apiUrl, deliveryUrl] = [process.env['CLOUDINARY_API_URL'], process.env['CLOUDINARY_DELIVERY_URL']]
  describe(`${name}, at Cloudinary`, () =>
    define(() => ({
      options: { account: realAccount, folder, apiUrl, deliveryUrl },
      tokenKey: realTokenKey,
    })))
}

/** A `describe` with a separate double. */
export function describeWithDouble(
  name: string,
  options: DoubleOptions,
  define: (double: () => CloudinaryDouble) => void,
): void {
  describe(name, () => {
    let double: CloudinaryDouble | null = null
    beforeAll(async () => void (double = await startDouble(options)))
    afterAll(() => double?.close())
    define(() => {
      if (!double) throw new Error('the double runs while tests do')
      return double
    })
  })
}

/** The connection to a double. */
export function optionsOf({ account, apiUrl, deliveryUrl }: CloudinaryDouble): CloudinaryMediaOptions {
  return { account, apiUrl, deliveryUrl }
}

/** Media in a separate folder. */
export function openMedia(
  double: CloudinaryDouble,
  options: Partial<CloudinaryMediaOptions> = {},
): CloudinaryMedia & { folder: string } {
  const folder = `t-${randomBytes(6).toString('hex')}`
  return { ...createCloudinaryMedia({ ...optionsOf(double), folder, ...options }), folder }
}

/** The blobs of media that is not public. */
export function grantedBlobs({ blobs }: { blobs: BlobStore }): GrantedBlobStore {
  if (blobs.kind !== 'granted') throw new Error('without public access the store grants')
  return blobs
}
