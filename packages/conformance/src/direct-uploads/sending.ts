import assert from 'node:assert/strict'
import type { SignedUpload } from '@kith/core/ports'

/** Sends a file as a browser does, with its signature. Returns whether it was accepted. */
export async function sendSigned(
  { method, url, headers, form }: SignedUpload,
  bytes: Uint8Array,
  send: typeof fetch,
): Promise<boolean> {
  const file = new File([Uint8Array.from(bytes)], 'holiday.jpg', { type: 'image/jpeg' })
  const body = form ? new FormData() : await file.arrayBuffer()
  if (form && body instanceof FormData) {
    for (const [name, value] of Object.entries(form.fields)) body.append(name, value)
    body.append(form.file, file)
  }
  const response = await send(url, { method, headers, body }).catch(refused)
  if (!response) return false
  await response.arrayBuffer()
  assert.ok(response.status < 500 && response.status !== 429, `sending returned status ${response.status}`)
  return response.ok
}

/** A host may close the connection on an unwanted body. */
function refused(error: unknown): null {
  const { cause } = error as { cause?: { code?: string } }
  if (['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(cause?.code ?? '')) return null
  throw error
}

/** Every change of one part of a signed upload: taken from the other one if they differ, or left out. */
export function tamperings(own: SignedUpload, other: SignedUpload): { what: string; upload: SignedUpload }[] {
  const fields = changes(own.form?.fields ?? {}, other.form?.fields ?? {})
  const headers = changes(own.headers, other.headers)
  return [
    ...fields.map(({ what, record }) => ({
      what: `field ${what}`,
      upload: { ...own, form: own.form && { ...own.form, fields: record } },
    })),
    ...headers.map(({ what, record }) => ({ what: `header ${what}`, upload: { ...own, headers: record } })),
    ...urlChanges(new URL(own.url), new URL(other.url)).map(({ what, url }) => ({
      what,
      upload: { ...own, url },
    })),
  ]
}

function changes(
  own: Record<string, string>,
  other: Record<string, string>,
): { what: string; record: Record<string, string> }[] {
  return Object.keys(own).flatMap((name) => {
    const { [name]: value = '', ...rest } = own
    const taken = other[name]
    const without = { what: `${name}, left out`, record: rest }
    if (taken === undefined || taken === value) return [without]
    return [without, { what: `${name}, taken from another`, record: { ...rest, [name]: taken } }]
  })
}

function urlChanges(own: URL, other: URL): { what: string; url: string }[] {
  const parameters = changes(Object.fromEntries(own.searchParams), Object.fromEntries(other.searchParams))
  const changed = parameters.map(({ what, record }) => {
    const url = new URL(own)
    url.search = new URLSearchParams(record).toString()
    return { what: `parameter ${what}`, url: url.href }
  })
  if (own.pathname === other.pathname) return changed
  const moved = new URL(own)
  moved.pathname = other.pathname
  return [...changed, { what: 'the path of another', url: moved.href }]
}
