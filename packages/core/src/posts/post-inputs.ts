import { z } from 'zod'
import { lineOfText, linesOfText } from '../input.ts'
import type { PostMedia } from './post-store.ts'

/** The most characters of a caption, counted as people count them. */
const captionMaxLength = 2200

/** What a new post is made of. */
export interface CreatePostInput {
  caption?: string | undefined
  /** Ids of one's own uploads, 1 to 10, in order; with an alternative text where there is one. */
  media?: readonly (string | { id: string; alt?: string | undefined })[] | undefined
}

/** What can be changed of a post. */
export interface EditPostInput {
  caption: string
}

/** The schemas of the inputs of posts. */
export interface PostInputs {
  create: z.ZodType<{ caption: string; media: PostMedia[] }, CreatePostInput>
  edit: z.ZodType<EditPostInput, EditPostInput>
}

/** Makes the schemas. `textOnly`: whether a post may have a caption and no media. */
export function createPostInputs({ textOnly }: { textOnly: boolean }): PostInputs {
  // A character as people count them can be long in UTF-16; 20,000 units bound the counting.
  const caption = linesOfText(20_000).refine(isShort, {
    error: `At most ${captionMaxLength} characters`,
    params: { code: 'too-long' },
  })
  const id = z.string().max(100)
  const item = z.union([
    id.transform((text) => ({ id: text, alt: '' })),
    z
      .strictObject({ id, alt: lineOfText(1000).optional() })
      .transform(({ id: key, alt = '' }) => ({ id: key, alt })),
  ])
  return {
    create: z
      .strictObject({ caption: caption.optional(), media: z.array(item).max(10).optional() })
      .transform(({ caption: text = '', media = [] }) => ({ caption: text, media }))
      .refine(({ media }) => new Set(media.map((entry) => entry.id)).size === media.length, {
        error: 'Each upload can stand in a post once',
        path: ['media'],
        params: { code: 'repeated' },
      })
      .refine(({ media, caption: text }) => media.length > 0 || (textOnly && text !== ''), {
        error: textOnly ? 'Give a caption or media' : 'Give at least one upload',
        path: ['media'],
        params: { code: 'required' },
      }),
    edit: z.strictObject({ caption }),
  }
}

function isShort(text: string): boolean {
  if (text.length <= captionMaxLength) return true
  let characters = 0
  for (const _ of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) {
    if (++characters > captionMaxLength) return false
  }
  return true
}
