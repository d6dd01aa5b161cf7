import { extname } from 'node:path'

/** The URL of the module with this name next to the caller, which is a source file in tests and built elsewhere. */
export function moduleBeside(url: string, name: string): URL {
  return new URL(`./${name}${extname(url)}`, url)
}
