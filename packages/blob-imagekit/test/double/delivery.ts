import { createHmac } from 'node:crypto'
import type { Library } from './library.ts'
import { Refusal } from './refusal.ts'
import { parseTransformation, transform } from './transformations.ts'

/** A delivered file. */
export interface Delivered {
  bytes: Buffer
  mime: string
}

/** The delivery part of ImageKit. */
export interface Delivery {
  /** @param url path and query after the endpoint, as received @throws Refusal */
  deliver(url: string): Promise<Delivered>
  /** Purges a URL, or a URL prefix and `*`. Takes effect a little later. @throws Refusal */
  purge(url: string): void
}

/** How long a purge takes here. The real one takes minutes. */
const purgeMillis = 100

const forEver = '9999999999'

/**
 * Delivers the files of a library. Signatures are checked each time; results are kept in a cache whose key is the
 * URL without its signature, and stay there when the file is deleted.
 */
export function createDelivery(library: Library, privateKey: string, urlEndpoint: string): Delivery {
  const cache = new Map<string, Delivered & { isPrivate: boolean }>()

  return {
    async deliver(url) {
      const { path, query, tr, isSigned } = readAddress(url, privateKey)
      const address = `${path}${query === '' ? '' : `?${query}`}`
      const cached = cache.get(address)
      const asset = library.byPath(`/${path}`)
      const isPrivate = cached?.isPrivate ?? asset?.isPrivate ?? false
      if (isPrivate && !isSigned) throw new Refusal(401, 'This file is private: use a signed address.')
      if (cached) return cached
      const steps = tr === null ? [] : parseTransformation(tr)
      if (!asset) throw new Refusal(404, 'Not Found')
      const made = await transform(asset, steps)
      if (library.byId(asset.fileId) === asset) cache.set(address, { ...made, isPrivate })
      return made
    },
    purge(url) {
      // The host may be another name for this one.
      const { pathname } = new URL(urlEndpoint)
      const [, found, path = ''] = /^https?:\/\/[^/]+(\/[^/]+)\/(.*)$/.exec(url) ?? []
      if (found !== pathname) throw new Refusal(400, 'The url is not one of your account.')
      const isWild = path.endsWith('*')
      const start = path.slice(0, isWild ? -1 : undefined)
      if (start.includes('*')) throw new Refusal(400, 'A wildcard can only stand at the end of a url.')
      if (isWild && start.split('/').length < 2 && start.length < 15)
        throw new Refusal(400, 'The path is too short for a wildcard.')
      setTimeout(() => {
        for (const address of cache.keys())
          if (isWild ? address.startsWith(start) : address === start) cache.delete(address)
      }, purgeMillis).unref()
    },
  }
}

interface Address {
  path: string
  /** The URL without its signature. */
  query: string
  tr: string | null
  isSigned: boolean
}

/** @throws Refusal for a signature that is wrong or expired, on public files too */
function readAddress(url: string, privateKey: string): Address {
  const [path = '', search = ''] = url.split('?')
  const parameters = search.split('&').filter((parameter) => parameter !== '')
  const valueOf = (name: string): string | null => {
    const found = parameters.find((parameter) => parameter.startsWith(`${name}=`))
    return found === undefined ? null : decodeURIComponent(found.slice(name.length + 1))
  }
  const rest = parameters.filter((parameter) => !/^ik-[ts]=/.test(parameter))
  const query = rest.map((parameter) => decodeURIComponent(parameter)).join('&')
  const [until, signature] = [valueOf('ik-t') ?? forEver, valueOf('ik-s')]
  if (signature !== null) {
    const signed = `${path}${query === '' ? '' : `?${query}`}${until}`
    const expected = createHmac('sha1', privateKey).update(signed).digest('hex')
    if (signature !== expected || Number(until) < Date.now() / 1000) throw new Refusal(401, 'Unauthorised')
  }
  const [, inPath, plain = path] = /^tr:([^/]+)\/(.*)$/.exec(path) ?? []
  return { path: plain, query, tr: inPath ?? valueOf('tr'), isSigned: signature !== null }
}
