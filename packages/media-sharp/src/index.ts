export type { SharpImagesOptions } from './image-settings.ts'
export { createSharpImages, type SharpImages } from './sharp-images.ts'
