/** Form of a language's id, which is also the name of its file in `languages/`. */
export const LANGUAGE_ID = /^[a-z][a-z0-9-]*$/;

/** Languages whose sandboxes wait in a fleet that names no others: what most people try first. */
export const HOT_LANGUAGES: readonly string[] = ['python', 'javascript', 'bash'];
