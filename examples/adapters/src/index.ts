export { type ChosenCaptions, chooseCaptions } from './captions.ts'
export type { Environment } from './environment.ts'
export { type ChosenMedia, chooseMedia, hostOf } from './media.ts'
