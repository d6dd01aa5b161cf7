import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ImageKit } from '@imagekit/nodejs'
import { onTestFinished } from 'vitest'
import type { Finished } from '../../../test/blob-samples.ts'
import { createImageKitMedia, type ImageKitMedia, type ImageKitMediaOptions } from '../src/index.ts'
import { type DoubleOptions, type ImageKitDouble, startImageKitDouble } from './double/imagekit-double.ts'

/** An account: the double, or the real one whose keys are in the environment. */
export interface Account {
  publicKey: string
  privateKey: string
  urlEndpoint: string
  /** The URL of its API; `null` for the real one. */
  url: string | null
}

const {
  IMAGEKIT_PUBLIC_KEY: publicKey,
  IMAGEKIT_PRIVATE_KEY: privateKey,
  IMAGEKIT_URL_ENDPOINT: urlEndpoint,
} = process.env

/** The real account of the tests, if there is one. */
export const realAccount: Account | null =
  publicKey && privateKey && urlEndpoint ? { publicKey, privateKey, urlEndpoint, url: null } : null

/** Starts a double that stops after the test. */
export async function startAccount(
  options: DoubleOptions = {},
  finished: Finished = onTestFinished,
): Promise<ImageKitDouble> {
  const double = await startImageKitDouble(options)
  finished(() => double.close())
  return double
}

/** A client like that of an app. */
export function connect({ privateKey: key, url }: Account): ImageKit {
  return new ImageKit({ privateKey: key, baseURL: url, logLevel: 'off' })
}

/** An empty folder that is removed after the test. */
export function makeFolder(finished: Finished = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'kith-imagekit-test-'))
  finished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Media in a separate folder of an account. */
export function openMedia(
  account: Account,
  options: Partial<ImageKitMediaOptions> = {},
  finished: Finished = onTestFinished,
): ImageKitMedia & { client: ImageKit; folder: string } {
  const client = options.client ?? connect(account)
  const folder = options.folder ?? `kith-tests/${crypto.randomUUID()}`
  const place = { client, folder, publicKey: account.publicKey, urlEndpoint: account.urlEndpoint }
  const media = createImageKitMedia({ ...place, temporaryDirectory: makeFolder(finished), ...options })
  return { ...media, client, folder }
}
