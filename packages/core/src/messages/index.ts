export {
  type ConsoleMessenger,
  type ConsoleMessengerOptions,
  createConsoleMessenger,
  type WrittenMessage,
} from './console-messenger.ts'
export { type Gateway, type GatewayAnswer, type GatewayRequest, type OutgoingMessage } from './gateway.ts'
export { createHttpMessenger, type HttpMessengerOptions } from './http-messenger.ts'
export { escapeHtml, type Layout, type LayoutContext } from './layout.ts'
export type { Letter, MessageText, MessageTexts, OwnTexts, TextContext } from './message-texts.ts'
export { renderMessage, type RenderedEmail, type RenderedSms, type RenderOptions } from './render-message.ts'
export { renderShape, type RenderShape } from './render-shape.ts'
export { type SignedRequest, verifySignature, type VerifySignatureOptions } from './signature.ts'
export { twilio, type TwilioOptions } from './twilio.ts'
export {
  type Message,
  type MessageContents,
  type MessageKind,
  MessageRefused,
  type Messenger,
} from './messenger.ts'
