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
export const anthropicKey = 'sk-ant-double-0123456789'

const textBlock = z.strictObject({ type: z.literal('text'), text: z.string().min(1) })
const imageBlock = z.strictObject({
  type: z.literal('image'),
  source: z.strictObject({
    type: z.literal('base64'),
    media_type: z.enum(['image/jpeg', 'image/png', 'image/gif', 'image/webp']),
    data: z.string().max(5 * 1024 * 1024, 'image exceeds 5 MB maximum'),
  }),
})
const schema = z.looseObject({ type: z.literal('object') })

const messagesRequest = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.number().int().min(1),
  system: z.union([z.string(), z.array(textBlock)]).optional(),
  messages: z
    .array(
      z.strictObject({
        role: z.enum(['user', 'assistant']),
        content: z.union([z.string(), z.array(z.union([textBlock, imageBlock])).min(1)]),
      }),
    )
    .min(1),
  thinking: z.looseObject({}).optional(),
  output_config: z
    .strictObject({ format: z.strictObject({ type: z.literal('json_schema'), schema }).optional() })
    .optional(),
  tools: z
    .array(z.strictObject({ name: z.string(), description: z.string().optional(), input_schema: schema }))
    .optional(),
  tool_choice: z
    .strictObject({
      type: z.enum(['auto', 'any', 'tool', 'none']),
      name: z.string().optional(),
      disable_parallel_tool_use: z.boolean().optional(),
    })
    .optional(),
})

/** `POST /v1/messages` as Anthropic documents it, including its refusals. */
export function startAnthropic(suggestions: readonly string[]): Promise<VendorDouble> {
  return startVendor((call) => {
    const refused = refuse(call)
    if (refused) return refused
    const input = { suggestions }
    return 'tools' in call.body
      ? message([{ type: 'tool_use', id: 'toolu_1', name: 'json', input }], 'tool_use')
      : message([{ type: 'text', text: JSON.stringify(input) }])
  })
}

/** A message with this content. */
export function message(
  content: readonly object[],
  stopReason: 'end_turn' | 'max_tokens' | 'tool_use' | 'refusal' = 'end_turn',
): VendorReply {
  return {
    status: 200,
    headers: { 'request-id': 'req_1' },
    body: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-haiku-4-5-20251001',
      content,
      stop_reason: stopReason,
      stop_sequence: null,
      usage: {
        input_tokens: 93,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 1024,
        output_tokens: 46,
      },
    },
  }
}

/** An error in Anthropic's format. */
export function anthropicError(
  status: number,
  { type, message: text }: { type: string; message: string },
  headers: Readonly<Record<string, string>> = {},
): VendorReply {
  return { status, headers, body: { type: 'error', error: { type, message: text }, request_id: 'req_1' } }
}

function refuse({ path, headers, body }: VendorCall): VendorReply | null {
  const invalid = (text: string): VendorReply =>
    anthropicError(400, { type: 'invalid_request_error', message: text })
  if (path !== '/v1/messages') return anthropicError(404, { type: 'not_found_error', message: 'Not found' })
  if (headers['x-api-key'] !== anthropicKey)
    return anthropicError(401, {
      type: 'authentication_error',
      message: `invalid x-api-key: ${headers['x-api-key']}`,
    })
  if (headers['anthropic-version'] !== '2023-06-01') return invalid('anthropic-version: header is required')
  const { data, error } = messagesRequest.safeParse(body)
  if (!data) return invalid(z.prettifyError(error))
  for (const { content } of data.messages) {
    for (const block of typeof content === 'string' ? [] : content) {
      if (block.type === 'image' && imageTypeOf(block.source.data) !== block.source.media_type)
        return invalid('The image was specified using another media type than it appears to be')
    }
  }
  const open = objectsOf(data.output_config?.format?.schema).some(
    (part) => part['additionalProperties'] !== false,
  )
  return open
    ? invalid(
        "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
      )
    : null
}
