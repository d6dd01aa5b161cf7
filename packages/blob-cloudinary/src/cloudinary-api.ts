import { v2 as sdk } from 'cloudinary'
import type { CallBudget, CallCause } from '@kith/core/adapter'
import type { CloudinaryAccount } from './account.ts'
import { Refusal } from './cloudinary-errors.ts'
import { ask, type CloudinaryRequest, readJson } from './requests.ts'

/** Cloudinary's resource types; anything but an image or a video is raw. */
export type ResourceType = 'image' | 'video' | 'raw'

/** Who may see an asset: everyone, or holders of a signed URL. */
export type DeliveryType = 'upload' | 'authenticated'

/** An asset as the API returns it; without what was not measured. */
export interface Asset {
  public_id: string
  bytes: number
  width?: number
  height?: number
  /** When it was created, and when it was last replaced: seconds since 1970. */
  version: number
  created_at: string
}

/** When an asset was created, or last replaced, in milliseconds. */
export function arrivedAt({ created_at: createdAt, version }: Asset): number {
  return Math.max(Date.parse(createdAt), version * 1000)
}

/** A file, or a part of one. */
interface FilePart {
  bytes: Uint8Array<ArrayBuffer>
  /** The headers that mark a part, and the entire file. */
  headers: Record<string, string>
  isRepeatable: boolean
}

/** The API of one account, with a time limit for each call. */
export interface CloudinaryApi {
  /** The parameters with key and signature. All are pinned: none can be changed, left out or added. */
  sign(params: Record<string, string>): Record<string, string>
  /** The endpoint for assets of one type. */
  address(resourceType: ResourceType, action: 'upload' | 'destroy' | 'download'): string
  upload(resourceType: ResourceType, params: Record<string, string>, part: FilePart): Promise<Partial<Asset>>
  destroy(resourceType: ResourceType, params: Record<string, string>): Promise<void>
  /** One asset: `null` if it does not exist. The call is charged to an account. */
  asset(path: string, cause: CallCause): Promise<Asset | null>
  /** Lists assets, for upkeep. */
  list(path: string, query: Record<string, string>): Promise<AssetPage>
  /** Those of these assets that exist, at most 100, for upkeep. */
  among(path: string, publicIds: readonly string[]): Promise<Asset[]>
  /** Deletes assets, at most 100, for upkeep. */
  remove(path: string, publicIds: readonly string[]): Promise<void>
  /** Opens a signed URL: `null` if its target does not exist. */
  open(url: string, headers?: Record<string, string>): Promise<Response | null>
  /** The response of the caption service for a picture, in any form. */
  caption(imageUrl: string, within: { timeoutSeconds: number; signal: AbortSignal }): Promise<unknown>
}

/** Some of the assets. */
interface AssetPage {
  resources?: Asset[]
  next_cursor?: string
}

/** How to reach the API. */
export interface ApiOptions {
  account: CloudinaryAccount
  apiUrl: string
  fetch: typeof globalThis.fetch
  /** Of the Admin API. */
  budget: CallBudget
}

/** The maximum duration for a part of a file, including Cloudinary's processing after the last one. */
const uploadMillis = 60_000

// Missing from its types: without these two the SDK uses process-wide settings.
const signParams: (
  params: Record<string, string>,
  secret: string,
  ...how: [algorithm: 'sha256', version: number]
) => string = sdk.utils.api_sign_request

/** Creates it. */
export function createCloudinaryApi({ account, apiUrl, fetch, budget }: ApiOptions): CloudinaryApi {
  const { cloudName, apiKey, apiSecret } = account
  const root = `${apiUrl}/v1_1/${cloudName}`
  const authorization = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`

  const sign: CloudinaryApi['sign'] = (params) => ({
    ...params,
    api_key: apiKey,
    signature: signParams(params, apiSecret, 'sha256', 2),
  })
  const address: CloudinaryApi['address'] = (resourceType, action) => `${root}/${resourceType}/${action}`

  function form(params: Record<string, string>): FormData {
    const body = new FormData()
    const timestamp = String(Math.floor(Date.now() / 1000))
    for (const [name, value] of Object.entries(sign({ ...params, timestamp }))) body.append(name, value)
    return body
  }

  function askJson(request: CloudinaryRequest): Promise<unknown> {
    return ask(fetch, request, readJson)
  }

  async function list(path: string, query: URLSearchParams): Promise<AssetPage> {
    return (await askJson({
      method: 'GET',
      url: `${root}/resources/${path}?${query.toString()}`,
      headers: { authorization },
      isRepeatable: true,
      count: () => budget('upkeep'),
    })) as AssetPage
  }

  return {
    sign,
    address,
    async upload(resourceType, params, { bytes, headers, isRepeatable }) {
      const body = form(params)
      body.append('file', new Blob([bytes]), 'file')
      const url = address(resourceType, 'upload')
      const request = {
        method: 'POST',
        url,
        headers,
        body,
        isRepeatable,
        millis: uploadMillis,
      } as const
      return (await askJson(request)) as Partial<Asset>
    },
    async destroy(resourceType, params) {
      const url = address(resourceType, 'destroy')
      // Returns 200 even if there is nothing to destroy.
      await askJson({ method: 'POST', url, body: form(params), isRepeatable: true })
    },
    async asset(path, cause) {
      const url = `${root}/resources/${path}`
      const count = (): void => budget(cause)
      const request = { method: 'GET', url, headers: { authorization }, isRepeatable: true, count } as const
      return (await askJson(request).catch(nullIf((refusal) => refusal.isAbsence))) as Asset | null
    },
    list: (path, query) => list(path, new URLSearchParams(query)),
    async among(path, publicIds) {
      const query = publicIds.map((id): [string, string] => ['public_ids[]', id])
      return (await list(path, new URLSearchParams(query))).resources ?? []
    },
    async remove(path, publicIds) {
      const body = new URLSearchParams(publicIds.map((id): [string, string] => ['public_ids[]', id]))
      const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
      const url = `${root}/resources/${path}`
      const count = (): void => budget('upkeep')
      await askJson({ method: 'DELETE', url, headers, body: body.toString(), isRepeatable: true, count })
    },
    open(url, headers = {}) {
      const request = { method: 'GET', url, headers, isRepeatable: true } as const
      return ask(fetch, request, async (response) => response).catch(nullIf(({ status }) => status === 404))
    },
    async caption(imageUrl, { timeoutSeconds, signal }) {
      const answer = (await askJson({
        method: 'POST',
        url: `${apiUrl}/v2/analysis/${cloudName}/analyze/captioning`,
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ source: { uri: imageUrl } }),
        millis: timeoutSeconds * 1000,
        // Each response is billed.
        isRepeatable: false,
        signal,
      })) as CaptionAnswer
      return answer.data?.analysis?.data?.caption
    },
  }
}

interface CaptionAnswer {
  data?: { analysis?: { data?: { caption?: unknown } } }
}

/** For `catch`: a missing asset is `null`. */
function nullIf(isAbsence: (refusal: Refusal) => boolean): (error: unknown) => null {
  return (error) => {
    if (error instanceof Error && error.cause instanceof Refusal && isAbsence(error.cause)) return null
    throw error
  }
}
