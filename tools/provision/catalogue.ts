import * as path from 'node:path';
import { readCatalogue } from '../../services/languages/catalogue';
import type { Language } from '../../services/languages/schema';
import { projectDirectory } from './project';

/** Every language of the project's catalogue. */
export function catalogue(): readonly Language[] {
  return readCatalogue(path.join(projectDirectory, 'languages'));
}
