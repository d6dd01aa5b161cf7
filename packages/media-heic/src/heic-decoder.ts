import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { type HeicDecoder, moduleBeside } from '@kith/core/adapter'

/**
 * Creates what decodes HEIC, by libheif-js: `createSharpImages({ heic: createHeicDecoder() })`. Nothing is loaded before the first
 * HEIC. @throws TypeError where its module was left out of a bundle, and an error of Node where libheif-js is not installed
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
