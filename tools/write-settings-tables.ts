import * as fs from 'node:fs';
import * as path from 'node:path';
import { projectDirectory } from './provision/project';
import { printSettings } from './settings-tables';

/** Prints the tables of settings into docs/settings.md: `npm run settings:docs`. */
const file = path.join(projectDirectory, 'docs/settings.md');
fs.writeFileSync(file, printSettings(fs.readFileSync(file, 'utf8')));
