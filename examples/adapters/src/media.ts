import type { MediaOptions } from '@kith/core'
import type { BlobStore, CaptionWriter } from '@kith/core/ports'
import { createSharpImages } from '@kith/media-sharp'
import { createMediabunnyVideos } from '@kith/media-video'
import type { Environment } from './environment.ts'
import { openLocal } from './hosts/local.ts'
import type { MediaHost, Opening } from './hosts/media-host.ts'

/** Where media is stored. */
export interface ChosenMedia {
  /** The display name, such as `S3`; `null` for a folder on this machine. */
  host: string | null
  /** For the `media` option of Kith. */
  options: MediaOptions
  /** The writer of the host, if it has one. */
  captions: CaptionWriter | null
  /** The sites besides the app from which browsers fetch media and to which they upload it, for a content security policy. */
  origins: string[]
}

interface Choice {
  name: string
  /** The variable that selects it. */
  variable: string
  /** Loads its adapter, so that an app does not load those that it does not use. */
  load: () => Promise<(opening: Opening) => MediaHost>
}

const choices: readonly Choice[] = [
  { name: 'S3', variable: 'S3_BUCKET', load: async () => (await import('./hosts/s3.ts')).openS3 },
  {
    name: 'ImageKit',
    variable: 'IMAGEKIT_PRIVATE_KEY',
    load: async () => (await import('./hosts/imagekit.ts')).openImageKit,
  },
  {
    name: 'Cloudinary',
    variable: 'CLOUDINARY_URL',
    load: async () => (await import('./hosts/cloudinary.ts')).openCloudinary,
  },
]

/** The name of the host that the environment names, or `null` for a folder. @throws RangeError that says what to set */
export function hostOf(env: Environment): string | null {
  return choiceOf(env)?.name ?? null
}

function choiceOf(env: Environment): Choice | null {
  const named = choices.filter(({ variable }) => env[variable])
  if (named.length > 1) {
    const variables = named.map(({ variable }) => variable).join(' and ')
    throw new RangeError(`${variables} are set, but media live in one place: leave one of them.`)
  }
  return named[0] ?? null
}

/** The host that the environment names, or a folder. @throws RangeError that says what to set */
export async function chooseMedia(env: Environment, directory: string): Promise<ChosenMedia> {
  const choice = choiceOf(env)
  const images = createSharpImages()
  const open = choice ? await choice.load() : openLocal
  const { blobs, direct, captions = null } = open({ env, images, directory })
  const options = { blobs, direct, images, videos: createMediabunnyVideos() }
  return { host: choice?.name ?? null, options, captions, origins: await originsOf(options) }
}

/** Requests one URL of each kind; nothing is stored or sent for it. */
async function originsOf({ blobs, direct }: Pick<MediaOptions, 'blobs' | 'direct'>): Promise<string[]> {
  const until = new Date(Date.now() + 60_000)
  const addresses = [
    await readAddress(blobs, until),
    (await direct?.sign('origin', { contentType: 'image/jpeg', size: 1, until }))?.url ?? '',
  ]
  const elsewhere = addresses.filter((address) => /^https?:/.test(address))
  return [...new Set(elsewhere.map((address) => new URL(address).origin))]
}

async function readAddress(blobs: BlobStore, until: Date): Promise<string> {
  if (blobs.kind === 'granted') return (await blobs.grant('origin', 'feed', { until, kind: 'image' })) ?? ''
  return blobs.kind === 'public' ? blobs.url('origin', 'feed') : ''
}
