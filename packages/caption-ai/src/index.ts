export { type AiCaptionsOptions, createAiCaptions } from './ai-captions.ts'
