export { createSharpImages, type SharpImagesOptions } from './sharp-images.ts'
