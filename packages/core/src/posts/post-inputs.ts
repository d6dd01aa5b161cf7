import * as z from 'zod'
import { because, lineOfText, linesOfText } from '../input.ts'
import type { AppFields, ChangedFields } from '../own-fields/app-fields.ts'
import type { FieldScope } from '../own-fields/field-scope.ts'
import type { FieldChanges } from '../own-fields/stored-fields.ts'
import { captionLength, isCaptionLength } from './caption-length.ts'
import type { PostMedia } from './post-store.ts'

/** The content of a new post. */
export interface CreatePostInput<Fields extends AppFields = AppFields> {
  caption?: string | undefined
  /** Ids of the viewer's own uploads, 1 to 10, in order; with an optional alternative text. */
  media?: readonly (string | { id: string; alt?: string | undefined })[] | undefined
  /** The app's own fields: `posts.fields`. */
  fields?: Fields['posts']['given'] | undefined
}

/** The editable parts of a post: its caption, or the app's own fields, or both. */
export interface EditPostInput<Fields extends AppFields = AppFields> {
  caption?: string | undefined
  /** The app's own fields to change; `null` removes an optional one. */
  fields?: ChangedFields<Fields['posts']['given']> | undefined
}

/** The schemas of the inputs of posts. */
export interface PostInputs {
  create: z.ZodType<{ caption: string; media: PostMedia[]; fields?: FieldChanges }, CreatePostInput>
  edit: z.ZodType<{ caption?: string | undefined; fields?: FieldChanges | undefined }, EditPostInput>
}

/** What the schemas depend on. */
export interface PostRules {
  /** Whether a post may have a caption but no media. */
  readonly textOnly: boolean
  /** The app's own fields. */
  readonly fields?: FieldScope | null
}

/** Builds the schemas. */
export function createPostInputs({ textOnly, fields: scope = null }: PostRules): PostInputs {
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
  const media = z.array(item).max(10).optional()
  const own: { fields?: FieldScope['given'] | undefined } = scope ? { fields: scope.given } : {}
  return {
    create: z
      .strictObject({ caption: caption.optional(), media, ...(own as { fields: FieldScope['given'] }) })
      .transform(({ caption: text = '', media: items = [], ...rest }) => ({
        caption: text,
        media: items,
        ...rest,
      }))
      .refine(({ media: items }) => new Set(items.map((entry) => entry.id)).size === items.length, {
        ...because({ code: 'repeated', message: 'An upload can appear in a post only once' }),
        path: ['media'],
      })
      .refine(({ media: items, caption: text }) => items.length > 0 || (textOnly && text !== ''), {
        ...because({
          code: 'required',
          message: textOnly ? 'Give a caption or media' : 'Give at least one upload',
        }),
        path: ['media'],
      }),
    edit: scope
      ? z
          .strictObject({ caption: caption.optional(), fields: scope.changed })
          .refine(({ caption: text, fields }) => text !== undefined || Object.keys(fields).length > 0, {
            ...because({ code: 'required', message: 'Give a caption or fields' }),
            path: ['caption'],
          })
      : z.strictObject({ caption }),
  }
}
