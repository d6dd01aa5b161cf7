import { extname } from 'node:path'

/** The address of the module of this name beside the one that asks, which is a source in tests and built elsewhere. */
export function moduleBeside(url: string, name: string): URL {
  return new URL(`./${name}${extname(url)}`, url)
}
