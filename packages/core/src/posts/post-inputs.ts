import * as z from 'zod'
import { because, lineOfText, linesOfText } from '../input.ts'
import { captionLength, isCaptionLength } from './caption-length.ts'
import type { PostMedia } from './post-store.ts'

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
  const caption = linesOfText(captionLength.length).refine(
    isCaptionLength,
    because({
      code: 'too-long',
      maximum: captionLength.graphemes,
      unit: 'characters',
      message: `At most ${captionLength.graphemes} characters`,
    }),
  )
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
        ...because({ code: 'repeated', message: 'Each upload can stand in a post once' }),
        path: ['media'],
      })
      .refine(({ media, caption: text }) => media.length > 0 || (textOnly && text !== ''), {
        ...because({
          code: 'required',
          message: textOnly ? 'Give a caption or media' : 'Give at least one upload',
        }),
        path: ['media'],
      }),
    edit: z.strictObject({ caption }),
  }
}
