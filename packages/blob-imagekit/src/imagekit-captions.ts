import { setTimeout as wait } from 'node:timers/promises'
import type { ImageKit } from '@imagekit/nodejs'
import { CaptionsUnavailableError, isKithError } from '@kith/core'
import { cleanSuggestions } from '@kith/core/adapter'
import type { CaptionFailureReason, CaptionWriter } from '@kith/core/ports'
import { nameFolders, originalName } from './folders.ts'
import { filesIn } from './library.ts'
import { atImageKit } from './requests.ts'

/** Options of captions with ImageKit. */
export interface ImageKitCaptionsOptions {
  /** The client of the media. */
  client: ImageKit
  /** The folder of the media. @default 'kith' */
  folder?: string | undefined
  /**
   * Whether requests for languages other than English are refused, so that the next writer handles them.
   * @default false: ImageKit writes English, and that is what they get
   */
  refuseOtherLanguages?: boolean | undefined
}

const writer = 'imagekit-auto-description'

/** The first and the longest pause between two polls for the description. */
const pauseMillis = { first: 400, longest: 3_000 }

/**
 * Creates a writer that has ImageKit describe the stored image, with its extension `ai-auto-description`. It writes one
 * or two sentences in English and gets neither the hint nor the language. The description is stored with the file, so a
 * repeated request takes no second run.
 */
export function createImageKitCaptions(options: ImageKitCaptionsOptions): CaptionWriter {
  const { client, refuseOtherLanguages = false } = options
  const folders = nameFolders(options.folder ?? 'kith')

  async function describe(mediaId: string, signal: AbortSignal, end: number): Promise<string> {
    const files = await filesIn(client, folders.blob(mediaId), { signal })
    const file = files.find(({ path }) => path.endsWith(`/${originalName}`))
    if (!file) throw failed('failed', new Error('There is no such image in the media library'))
    if (file.description) return file.description
    const { fileId } = file
    const extensions = [{ name: 'ai-auto-description' as const }]
    const begun = await atImageKit((terms) => client.files.update(fileId, { extensions }, terms), { signal })
    if (begun.description) return begun.description
    const status = begun.extensionStatus?.['ai-auto-description']
    if (status === 'failed') throw failed('failed', new Error('The extension ai-auto-description failed'))
    if (status === 'success') throw failed('empty', new Error('The extension wrote no description'))
    for (
      let pause = pauseMillis.first;
      Date.now() + pause < end;
      pause = Math.min(pause * 1.5, pauseMillis.longest)
    ) {
      await wait(pause, null, { signal })
      const { description } = await atImageKit((terms) => client.files.get(fileId, terms), { signal })
      if (description) return description
    }
    throw failed('late', new Error('The extension was not done in time'))
  }

  return {
    name: writer,
    async suggest({ mediaId, language, count, timeoutSeconds }, signal) {
      signal.throwIfAborted()
      if (refuseOtherLanguages && language !== null && !/^en(?:-|$)/i.test(language))
        throw failed('refused', new Error('ImageKit describes in English only'))
      const end = Date.now() + timeoutSeconds * 1000
      const description = await describe(mediaId, signal, end).catch((error: unknown) => {
        signal.throwIfAborted()
        throw isKithError(error) && error.code === 'storage-failed' ? failed('failed', error.cause) : error
      })
      const suggestions = cleanSuggestions([description], count)
      if (suggestions.length === 0) throw failed('empty', new Error('The description says nothing'))
      return { suggestions, writer, usage: null }
    },
  }
}

function failed(reason: CaptionFailureReason, cause: unknown): CaptionsUnavailableError {
  return new CaptionsUnavailableError([{ writer, reason, usage: null, cause }])
}
