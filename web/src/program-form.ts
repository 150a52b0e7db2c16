import samples, { firstLanguage } from 'virtual:samples';
import { createEditor, type Editor } from './editor';
import { element } from './elements';
import { findLanguage, type OfferedLanguage } from './language-list';
import type { Program } from './program';

export interface ProgramForm {
  readonly editor: Editor;
  read(): Program;
  /** Shows a program; one without a language that is offered shows the first. */
  show(program: Program): void;
  /** Fills the choice of languages. @returns whether the language of the program that is shown is among them */
  offer(languages: readonly OfferedLanguage[]): boolean;
}

/** The editor, the choice of language and version, and what a program is given. `onEdit` is called when the user changed any. */
export function createProgramForm(onEdit: () => void): ProgramForm {
  const language = element('language', HTMLSelectElement);
  const version = element('version', HTMLSelectElement);
  const stdin = element('stdin', HTMLTextAreaElement);
  const args = element('args', HTMLInputElement);
  const interactive = element('interactive', HTMLInputElement);
  const editor = createEditor(element('editor', HTMLDivElement), 'Program', onEdit);
  let offered: readonly OfferedLanguage[] = [];
  /** What was chosen, also before the languages are known. */
  let chosen = { language: firstLanguage, version: '' };

  const isUntouched = (): boolean => {
    const text = editor.text();
    return text.trim() === '' || text === samples[chosen.language];
  };

  /** Takes over what is offered of what was chosen. */
  function choose(): boolean {
    const found = findLanguage(offered, chosen.language);
    const shown = found ?? findLanguage(offered, firstLanguage) ?? offered[0];
    if (shown === undefined) return true;
    language.value = shown.id;
    version.replaceChildren(...shown.versions.map((name) => new Option(name, name)));
    const isOffered = shown.versions.includes(chosen.version);
    version.value = isOffered ? chosen.version : shown.versions[0]!;
    const wasUntouched = isUntouched();
    chosen = { language: shown.id, version: version.value };
    if (found === undefined && wasUntouched) editor.setText(samples[shown.id] ?? '');
    void editor.setHighlight(shown.highlight);
    return found !== undefined;
  }

  language.addEventListener('change', () => {
    const wasUntouched = isUntouched();
    chosen = { language: language.value, version: '' };
    choose();
    // What the user wrote stays, though it is in another language: it may be pasted for this one.
    if (wasUntouched) editor.setText(samples[chosen.language] ?? '');
    onEdit();
  });
  version.addEventListener('change', () => {
    chosen = { ...chosen, version: version.value };
    onEdit();
  });
  for (const field of [stdin, args, interactive]) field.addEventListener('input', onEdit);
  editor.setText(samples[firstLanguage] ?? '');

  return {
    editor,
    read: () => ({
      ...chosen,
      code: editor.text(),
      stdin: stdin.value,
      args: args.value,
      interactive: interactive.checked,
    }),
    show: (program) => {
      chosen = { language: program.language, version: program.version };
      editor.setText(program.code);
      stdin.value = program.stdin;
      args.value = program.args;
      interactive.checked = program.interactive;
      choose();
    },
    offer: (languages) => {
      offered = languages;
      language.replaceChildren(...languages.map(({ id, name }) => new Option(name, id)));
      language.disabled = version.disabled = languages.length === 0;
      return choose();
    },
  };
}
