import * as fs from 'node:fs';
import * as path from 'node:path';
import { languageJsonSchema } from './json-schema';

fs.writeFileSync(path.resolve('languages/schema.json'), languageJsonSchema());
