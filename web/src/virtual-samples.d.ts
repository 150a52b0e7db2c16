declare module 'virtual:samples' {
  /** A program that greets, by language id. */
  const samples: Readonly<Record<string, string>>;
  export default samples;
  /** Id of the language that is shown at a first visit. */
  export const firstLanguage: string;
}
