import { z } from 'zod'
import {
  imageTypeOf,
  objectsOf,
  startVendor,
  type VendorCall,
  type VendorDouble,
  type VendorReply,
} from './vendor-double.ts'

/** The key that the double accepts. */
export const openaiKey = 'sk-proj-double-0123456789'

const textPart = z.strictObject({ type: z.literal('text'), text: z.string() })
const imagePart = z.strictObject({
  type: z.literal('image_url'),
  image_url: z.strictObject({ url: z.string(), detail: z.enum(['auto', 'low', 'high']).optional() }),
})

const chatRequest = z.strictObject({
  model: z.string().min(1),
  messages: z
    .array(
      z.discriminatedUnion('role', [
        z.strictObject({ role: z.literal('system'), content: z.string() }),
        z.strictObject({
          role: z.literal('user'),
          content: z.union([z.string(), z.array(z.union([textPart, imagePart])).min(1)]),
        }),
      ]),
    )
    .min(1),
  max_tokens: z.number().int().min(1).optional(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high']).optional(),
  response_format: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('json_object') }),
      z.strictObject({
        type: z.literal('json_schema'),
        json_schema: z.strictObject({
          name: z.string().regex(/^[\w-]{1,64}$/),
          schema: z.looseObject({ type: z.literal('object') }),
          strict: z.boolean().optional(),
          description: z.string().optional(),
        }),
      }),
    ])
    .optional(),
})

/** `POST /v1/chat/completions` as OpenAI documents it, including its refusals. */
export function startOpenai(suggestions: readonly string[]): Promise<VendorDouble> {
  return startVendor((call) => refuse(call) ?? completion({ content: JSON.stringify({ suggestions }) }))
}

/** A completion with this message. */
export function completion(
  message: { content: string | null; refusal?: string },
  finishReason: 'stop' | 'length' | 'content_filter' = 'stop',
): VendorReply {
  return {
    status: 200,
    body: {
      id: 'chatcmpl-123',
      object: 'chat.completion',
      created: 1_741_569_952,
      model: 'gpt-5-mini-2026-08-07',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', refusal: null, annotations: [], ...message },
          logprobs: null,
          finish_reason: finishReason,
        },
      ],
      usage: {
        prompt_tokens: 1117,
        completion_tokens: 46,
        total_tokens: 1163,
        prompt_tokens_details: { cached_tokens: 1024, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
      },
    },
  }
}

/** An error in OpenAI's format. */
export function openaiError(
  status: number,
  { code, message }: { code: string | null; message: string },
  headers: Readonly<Record<string, string>> = {},
): VendorReply {
  const type = status >= 500 ? 'server_error' : 'invalid_request_error'
  return { status, headers, body: { error: { message, type, param: null, code } } }
}

function refuse({ path, headers, body }: VendorCall): VendorReply | null {
  if (path !== '/v1/chat/completions')
    return openaiError(404, { code: null, message: `Invalid URL (POST ${path})` })
  if (headers.authorization !== `Bearer ${openaiKey}`) {
    const message = `Incorrect API key provided: ${headers.authorization?.slice(7)}.`
    return openaiError(401, { code: 'invalid_api_key', message })
  }
  const { data, error } = chatRequest.safeParse(body)
  if (!data) return openaiError(400, { code: null, message: z.prettifyError(error) })
  const parts = data.messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content))
  for (const part of parts) {
    if (part.type === 'text') continue
    const [, type, base64 = ''] = /^data:(image\/\w+);base64,(.+)$/.exec(part.image_url.url) ?? []
    if (type === undefined || imageTypeOf(base64) !== type) {
      const message =
        "You uploaded an unsupported image. Please make sure your image is valid and has one of the following formats: ['png', 'jpeg', 'gif', 'webp']."
      return openaiError(400, { code: 'invalid_image_format', message })
    }
  }
  const format = data.response_format
  if (format?.type === 'json_object' && !/json/i.test(JSON.stringify(data.messages))) {
    const message =
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
    return openaiError(400, { code: null, message })
  }
  return format?.type === 'json_schema' && format.json_schema.strict
    ? refuseSchema(format.json_schema.schema)
    : null
}

/** Strict schemas: every object is closed and requires all of its properties. */
function refuseSchema(schema: object): VendorReply | null {
  for (const { properties = {}, required, additionalProperties } of objectsOf(schema)) {
    const names = Object.keys(properties as object)
    if (additionalProperties !== false || JSON.stringify(required) !== JSON.stringify(names)) {
      const message =
        "Invalid schema for response_format: 'additionalProperties' is required to be false and 'required' to list every key."
      return openaiError(400, { code: null, message })
    }
  }
  return null
}
