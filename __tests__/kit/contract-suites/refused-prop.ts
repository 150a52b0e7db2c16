import { InvalidPropError } from '../../../modules/props/invalid-prop';

/** The prop that an attempt was refused for. @throws Error where nothing was refused, or for another reason */
export function refusedProp(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof InvalidPropError) return error.prop;
    throw error;
  }
  throw new Error('nothing was refused');
}
