export { createHeicDecoder } from './heic-decoder.ts'
