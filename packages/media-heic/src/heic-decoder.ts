import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { type HeicDecoder, moduleBeside } from '@kith/core/adapter'

/**
 * Creates a HEIC decoder, with libheif-js: `createSharpImages({ heic: createHeicDecoder() })`. Loads nothing until the
 * first HEIC. @throws TypeError if its module was left out of a bundle, and Node's error if libheif-js is not installed
 */
export function createHeicDecoder(): HeicDecoder {
  const require = createRequire(import.meta.url)
  require.resolve('libheif-js/wasm-bundle')
  const module = moduleBeside(import.meta.url, 'kith-heic')
  if (!existsSync(fileURLToPath(module)))
    throw new TypeError(
      `${fileURLToPath(module)} is missing: keep @kith/media-heic out of your bundle (mark it as external).`,
    )
  return { module: module.href }
}
