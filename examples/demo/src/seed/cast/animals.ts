import { forest } from '../pictures/forest.ts'
import { pet } from '../pictures/pets.ts'
import { meadow } from '../pictures/flowers.ts'
import { type Person, shared } from './person.ts'

/** Those who are here for the cats. */
export const animals: readonly Person[] = [
  {
    username: 'biscuit.and.co',
    name: 'Ella Sørensen',
    bio: 'Two cats, one sofa. Guess who sits on the floor.',
    face: {
      skin: '#f6d3b8',
      hair: '#b5652e',
      style: 'curls',
      shirt: '#5a7a9a',
      backdrop: '#f2c8c8',
      extras: ['freckles'],
    },
    cover: meadow({ kind: 'daisy', colors: ['#ffffff', '#fdf6e3'], sky: ['#8fc0e0', '#e6f2ee'] }),
    posts: [
      shared(
        'Biscuit has heard the fridge.',
        'square',
        pet({ kind: 'cat', coat: '#e0924a', light: '#fbeedd', wall: '#9fc4c0' }),
      ),
      shared(
        'Pepper, contemplating. Or asleep.',
        'tall',
        pet({
          kind: 'cat',
          coat: '#4a4a55',
          light: '#e8e8ee',
          wall: '#d8c4dc',
          eyes: 'shut',
          scarf: '#e9b44c',
        }),
      ),
      shared(
        'We do not talk about what happened to the other plant.',
        'square',
        pet({ kind: 'cat', coat: '#e0924a', light: '#fbeedd', wall: '#e6d3a8', scarf: '#3d6a80' }),
      ),
      shared(
        'Daisies all the way down to the road.',
        'wide',
        meadow({ kind: 'daisy', colors: ['#ffffff', '#fdf6e3'], sky: ['#8fc0e0', '#e6f2ee'] }),
      ),
    ],
  },
  {
    username: 'goodboy.otis',
    name: 'Otis & Daniel',
    bio: 'Otis is the one with the ears.',
    face: {
      skin: '#e0a888',
      hair: '#5a3a2a',
      style: 'side',
      shirt: '#3f8a7a',
      backdrop: '#c0cfe0',
      extras: ['cap'],
    },
    cover: forest({ season: 'spring' }),
    posts: [
      shared(
        'He knows the word “walk” in three languages.',
        'square',
        pet({ kind: 'dog', coat: '#b5793f', light: '#fff3e2', wall: '#e6c8b4', scarf: '#2a6f8f' }),
      ),
      shared(
        'His favorite stretch. Forty minutes for two hundred metres.',
        'tall',
        forest({ season: 'spring' }),
      ),
      shared(
        'New scarf, same opinions about the postman.',
        'tall',
        pet({ kind: 'dog', coat: '#b5793f', light: '#fff3e2', wall: '#b8cce0', scarf: '#d1495b' }),
      ),
      shared(
        'Bath day. We are not speaking.',
        'square',
        pet({
          kind: 'dog',
          coat: '#b5793f',
          light: '#fff3e2',
          wall: '#c9d8c0',
          eyes: 'shut',
          scarf: '#8a7ab8',
        }),
      ),
    ],
  },
]
